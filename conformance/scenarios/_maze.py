"""A directory behind so many links that the system takes milliseconds to walk there.

What an implementation does in two steps by path, it does a few microseconds apart: nobody sees the state between them.
Through a maze the same steps are milliseconds apart, and everybody does.
"""

from __future__ import annotations

from conformance.scenario import Case

LINKS = 30
"""Links that a path may lead through: 32 on BSDs and macOS (MAXSYMLINKS), 40 on Linux."""

TARGET = 1000
"""Bytes of a link's target: less than PATH_MAX on BSDs and macOS, 1024, together with what follows."""


def maze(case: Case) -> tuple[str, str]:
    """The path of an empty directory through the maze, and its direct path."""
    start = f"{case.workspace}/m"
    case.witness.make_directory(start)
    case.witness.make_directory(f"{start}/d", 0o777)
    detour = "d/../" * (TARGET // 5 - 1)
    last = "d"
    for number in range(LINKS):
        case.witness.symlink(detour + last, f"{start}/{number}")
        last = str(number)
    return f"{start}/{last}", f"{start}/d"
