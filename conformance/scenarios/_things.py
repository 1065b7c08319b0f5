"""Things at a path that are no sockets, and how they look."""

from __future__ import annotations

from conformance.party import Name, Stat
from conformance.scenario import Case

THINGS = ("file", "directory", "fifo", "link")


def thing(case: Case, path: Name, kind: str) -> tuple[Stat, str]:
    """Put something that is no socket at `path`; how it looks, and the text that it leads to."""
    match kind:
        case "file":
            case.witness.write_file(path, "precious")
        case "directory":
            case.witness.make_directory(str(path.value))
        case "fifo":
            case.witness.make_fifo(path)
        case _:
            case.witness.write_file(case.path("elsewhere"), "precious")
            case.witness.symlink(case.path("elsewhere"), path)
    return look(case, path, kind)


def look(case: Case, path: Name, kind: str) -> tuple[Stat, str]:
    """How a thing looks now."""
    there = case.witness.stat(path)
    return there, case.witness.read_file(path) if kind in {"file", "link"} and there.type != "none" else ""
