"""Starts the agent: as this folder (`python3 -I -S conformance/agents/stdlib`), as a package, or from inside a zip file."""

import sys

if sys.platform == "win32":
    sys.exit("stdlib agent: needs a POSIX system; judge another agent on Windows")

if not __package__:
    import os

    # Run as a folder, Python puts the folder itself on the path; the package is one step up.
    # Absolute, because modules are still imported after `chdir`.
    sys.path[0] = os.path.dirname(os.path.abspath(sys.path[0]))

from stdlib.serve import main

if __name__ == "__main__":
    main()
