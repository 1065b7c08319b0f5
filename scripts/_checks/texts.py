"""Rules about the texts of the repository that no linter knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from _checks import sources

README_LINES = 120
MODULE_LINES = 400
MEDIAN_LINES = 150

# Rooms are named after what they hold; these names hold anything.
VAGUE_NAMES = frozenset({"common", "handler", "handlers", "helper", "helpers", "manager", "misc", "util", "utils"})

# The project speaks of itself only: no path into somebody's computer, no host that packages happen to come from.
# Bracketed so that this file does not match itself.
ELSEWHERE = (
    re.compile(r"/(?:hom[e]|User[s]|roo[t]|wor[k]|far[m])/[A-Za-z0-9_.-]+"),
    re.compile(r"[A-Z]:\\User[s]\\"),
    re.compile(r"//[^\s/]*(?:pyp[i]\.|pythonhoste[d]|npmj[s]|debia[n]\.org)"),
    re.compile(r"[.]librar[y]/"),
)

FRAGMENTS = Path("changelog.d")
FRAGMENT_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\.(?:added|changed|fixed|removed)\.md")
FRAGMENT_LINES = 5


def findings(root: Path) -> list[str]:
    """Every rule that is broken, with the place."""
    tracked = sources.tracked(root)
    return [
        *_readme(root),
        *_lengths(root),
        *(f"{path.relative_to(root)}: the name says nothing; name what it holds" for path in tracked if _vague(path)),
        *(finding for path in tracked for finding in _speaks_of_elsewhere(path, root)),
        *_fragments(root),
    ]


def _readme(root: Path) -> Iterator[str]:
    length = _line_count(root / "README.md")
    if length > README_LINES:
        yield f"README.md has {length} lines, at most {README_LINES}; ARCHITECTURE.md and CONTRIBUTING.md have room"


def _lengths(root: Path) -> Iterator[str]:
    lengths = {path: _line_count(path) for path in sources.python(root)}
    for path, length in lengths.items():
        if length > MODULE_LINES:
            yield f"{path.relative_to(root)} has {length} lines, at most {MODULE_LINES}; what are its two purposes?"
    if (middle := median(lengths.values())) > MEDIAN_LINES:
        yield f"the median module has {middle:.0f} lines, at most {MEDIAN_LINES}"


def _line_count(path: Path) -> int:
    return path.read_bytes().count(b"\n")


def _vague(path: Path) -> bool:
    return not VAGUE_NAMES.isdisjoint(re.split(r"[._-]", path.name.lower()))


def _speaks_of_elsewhere(path: Path, root: Path) -> Iterator[str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return
    for number, line in enumerate(lines, start=1):
        for pattern in ELSEWHERE:
            if match := pattern.search(line):
                yield f"{path.relative_to(root)}:{number}: {match[0]!r} exists on somebody's computer only"


def _fragments(root: Path) -> Iterator[str]:
    """A fragment says what changed for a user, in whole sentences; `changelog.d/README.md` is its manual."""
    for path in sorted((root / FRAGMENTS).iterdir()):
        where = path.relative_to(root)
        if path.name == "README.md":
            continue
        if FRAGMENT_NAME.fullmatch(path.name) is None:
            yield f"{where}: call it what-it-is-about.KIND.md, KIND one of added, changed, fixed, removed"
            continue
        text = path.read_text(encoding="utf-8")
        if not text.endswith(".\n") or text.startswith(("#", "-", "*", " ", "\n")) or "\n\n" in text:
            yield f"{where}: write plain sentences, no heading and no list; the last line ends with a full stop"
        if text.count("\n") > FRAGMENT_LINES:
            yield f"{where}: at most {FRAGMENT_LINES} lines; the rest belongs in the documentation"
