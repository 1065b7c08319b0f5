"""Set up a Windows CPython under Wine, from nothing, and print the command that runs it: `windows_lab.py [COMMAND...]`.

    python3 scripts/windows_lab.py                      # prints the path of a launcher, used as if it were python.exe
    python3 scripts/windows_lab.py -m pytest FILE       # sets up where needed, then becomes that Python

The lab is a folder below the user's caches (`IPC_CONFORMANCE_WINDOWS_LAB` names another): the official embeddable
CPython, the packages that the project's tests need, and a Wine prefix of its own. Nothing outside of it is changed.
What is downloaded is checked against the hashes in `scripts/_windows`.
"""

from __future__ import annotations

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import _start


def main(arguments: list[str]) -> None:
    if arguments[:1] in (["-h"], ["--help"]):
        print(__doc__)
        return
    if sys.platform == "linux":
        _start.prepare("run")
        from _windows import lab

        launcher = str(lab.ready())
        if not arguments:
            print(launcher)
            return
        os.execv(launcher, [launcher, *arguments])
    else:
        sys.stderr.write("ipc-conformance: the Windows lab runs Wine on Linux; on Windows use Windows' own Python\n")
        sys.exit(_start.COULD_NOT_START)


if __name__ == "__main__":
    main(sys.argv[1:])
