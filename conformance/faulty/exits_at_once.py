"""The process ends before it says anything."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import serve


def main() -> None:
    sys.exit(f"cannot load {serve.PROTOCOL}: no such library")


main()
