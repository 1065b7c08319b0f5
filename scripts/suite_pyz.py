"""Build the harness and its agents into one file that a bare Python runs: `suite_pyz.py [FILE]` (default: suite.pyz).

    python3 suite.pyz record --evidence here.jsonl --source 'who I am'

For a machine on which nothing is installed and nothing can be: Python 3.11, its standard library, and this file.
It unpacks itself into a private directory, works there, and takes it away again. The same sources give the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

ROOT = Path(__file__).resolve().parents[1]
# Agents are processes of files; so that they have files, the archive is unpacked before anything of it runs.
MAIN = b"""\
import os
import sys
import tempfile
import zipfile

if sys.version_info < (3, 11):
    sys.exit(f"suite.pyz: Python 3.11 or later is needed, this is {sys.version.split()[0]}")
with tempfile.TemporaryDirectory(prefix="ipc-suite-") as place:
    with zipfile.ZipFile(os.path.abspath(sys.argv[0])) as archive:
        archive.extractall(place)
    sys.path[0] = place
    from conformance.cli import main

    status = main()
sys.exit(status)
"""


def main(arguments: list[str]) -> int:
    if len(arguments) > 1 or arguments[:1] in (["-h"], ["--help"]):
        sys.stderr.write("usage: suite_pyz.py [FILE]\n")
        return 2
    target = Path(arguments[0] if arguments else "suite.pyz")
    build(target)
    print(target)
    return 0


def build(target: Path) -> None:
    """Write the suite to `target`, executable."""
    with target.open("wb") as file:
        file.write(b"#!/usr/bin/env python3\n")
        with ZipFile(file, "w", ZIP_DEFLATED) as archive:
            for name, content in sorted(contents()):
                archive.writestr(ZipInfo(name), content, ZIP_DEFLATED)
    target.chmod(0o755)


def contents() -> Iterator[tuple[str, bytes]]:
    yield "__main__.py", MAIN
    for room in ("conformance", "ipc", "matrix"):
        for path in (ROOT / room).rglob("*"):
            inside = path.relative_to(ROOT)
            if path.is_file() and not {"tests", "faulty", "__pycache__", "results"} & set(inside.parts):
                yield inside.as_posix(), path.read_bytes()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
