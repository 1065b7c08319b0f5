"""Starts the agent: as this folder (`python3 -I -S conformance/agents/stdlib`), as a package, or out of a zip file."""

import os
import sys

if os.name == "nt":
    sys.exit("stdlib agent: needs a POSIX system; judge another agent on Windows")

package = __package__
if not package:
    # Run as a folder, Python puts the folder itself on the path; the package is one step up.
    # Absolute, because modules are still imported after `chdir`.
    sys.path[0], package = os.path.split(os.path.abspath(sys.path[0]))

if __name__ == "__main__":
    __import__(package + ".serve", fromlist=["main"]).main()
