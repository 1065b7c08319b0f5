"""Build the reference agent into one file that a bare Python runs: `agent_pyz.py [FILE]` (default: agent.pyz).

    scp agent.pyz host:
    ipc-conformance run --agent-command 'ssh host python3 agent.pyz'

The file holds the sources of the agent and of `ipc`, and nothing compiled, so any Python from 3.11 on takes it.
The same sources give the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

ROOT = Path(__file__).resolve().parents[1]
MAIN = b"from reference.__main__ import _start\n\n_start()\n"


def main(arguments: list[str]) -> int:
    if len(arguments) > 1 or arguments[:1] in (["-h"], ["--help"]):
        sys.stderr.write("usage: agent_pyz.py [FILE]\n")
        return 2
    target = Path(arguments[0] if arguments else "agent.pyz")
    build(target)
    print(target)
    return 0


def build(target: Path) -> None:
    """Write the agent to `target`, executable."""
    with target.open("wb") as file:
        file.write(b"#!/usr/bin/env python3\n")
        # Stored and not compressed: a Python without zlib can import from it.
        with ZipFile(file, "w", ZIP_STORED) as archive:
            for name, content in sorted(contents()):
                archive.writestr(ZipInfo(name), content)
    target.chmod(0o755)


def contents() -> Iterator[tuple[str, bytes]]:
    yield "__main__.py", MAIN
    for folder in (ROOT / "conformance" / "agents", ROOT):
        room = folder / ("ipc" if folder == ROOT else "reference")
        for path in room.rglob("*.py"):
            inside = path.relative_to(folder)
            if "tests" not in inside.parts:
                yield inside.as_posix(), path.read_bytes()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
