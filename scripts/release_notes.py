"""Move the fragments of changelog.d under a heading in CHANGELOG.md: `release_notes.py VERSION`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KINDS = ("added", "changed", "fixed", "removed")


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.stderr.write("usage: release_notes.py VERSION\n")
        return 2
    fragments = sorted(path for path in (ROOT / "changelog.d").glob("*.*.md"))
    if not fragments:
        sys.stderr.write("changelog.d holds nothing to release\n")
        return 1
    changelog = ROOT / "CHANGELOG.md"
    preface, mark, released = changelog.read_text(encoding="utf-8").partition("\n## ")
    changelog.write_text(preface + "\n" + section(arguments[0], fragments) + mark + released, encoding="utf-8")
    for path in fragments:
        path.unlink()
    return 0


def section(version: str, fragments: list[Path]) -> str:
    lines = [f"## {version} ({datetime.now(UTC):%Y-%m-%d})", ""]
    for kind in KINDS:
        chosen = [path for path in fragments if path.name.endswith(f".{kind}.md")]
        if chosen:
            lines += [f"### {kind.capitalize()}", ""]
            lines += ["- " + path.read_text(encoding="utf-8").strip().replace("\n", "\n  ") for path in chosen]
            lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
