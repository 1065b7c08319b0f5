"""Which files belong to the project."""

from __future__ import annotations

import subprocess
from pathlib import Path


def tracked(root: Path) -> list[Path]:
    """Files that git tracks or would track; in an exported tree without git, everything that is no cache."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=root,
        check=True,
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
    names = listing.stdout.decode().split("\0")
    return sorted(path for name in names if name and (path := root / name).is_file())


def python(root: Path, *rooms: str) -> list[Path]:
    """Python files, in the named rooms only if any are named."""
    inside = [root / room for room in rooms] or [root]
    return [path for path in tracked(root) if path.suffix == ".py" and any(map(path.is_relative_to, inside))]
