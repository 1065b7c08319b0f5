"""Build the reference agent into one file that a bare Python runs: `agent_pyz.py [FILE]` (default: agent.pyz).

    scp agent.pyz host:
    ipc-conformance run --agent-command 'ssh host python3 agent.pyz'

The file holds the sources of the agent, of `ipc`, and of the second opinion, which is the machine's witness there;
nothing compiled, so any Python from 3.11 on takes it.
The same sources give the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

ROOT = Path(__file__).resolve().parents[1]
AGENTS = ROOT / "conformance" / "agents"

# The second opinion is in the file too, as the witness of its machine. Which of the two is wanted stands in the
# first request; it is read byte by byte, so that the rest is left to whoever serves it.
MAIN = b"""\
import json
import os

from reference import serving, start


def first_line():
    line = b""
    while not line.endswith(b"\\n") and (byte := os.read(0, 1)):
        line += byte
    return line


def is_for_witness(line):
    try:
        return json.loads(line)["args"]["role"] == "witness"
    except (ValueError, LookupError, TypeError):
        return False


def agent(program):
    line = first_line()
    if is_for_witness(line):
        from stdlib import serve

        serve.serve(program, (line,))
    else:
        serving.serve(program, (line,), witness=True)


start.main(agent)
"""


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
    for folder, room in ((AGENTS, "reference"), (AGENTS, "stdlib"), (ROOT, "ipc")):
        for path in (folder / room).rglob("*.py"):
            inside = path.relative_to(folder)
            if "tests" not in inside.parts:
                yield inside.as_posix(), path.read_bytes()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
