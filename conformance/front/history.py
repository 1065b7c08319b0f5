"""Files as they were at another commit: asks git, and changes nothing."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

from conformance.requirements import SpecError


def checked_out(ref: str, paths: list[Path], into: Path) -> Iterator[Path]:
    """The files below `paths` as they were at `ref`, written under `into`; yields each path in its new place.

    The paths are relative to the working directory, as git has them. A path that `ref` does not have yields nothing.
    SpecError: there is no git here, no repository, or no such ref. Runs `git ls-tree` and `git show`.
    """
    if ref.startswith("-"):
        raise SpecError(f"--baseline {ref}: neither a file nor a commit")
    _git("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}", ref=ref)
    for path in paths:
        listed = _git("ls-tree", "-r", "-z", "--name-only", ref, "--", path.as_posix(), ref=ref)
        for name in filter(None, listed.decode("utf-8", "surrogateescape").split("\0")):
            target = into / path.name / Path(name).relative_to(path) if name != path.as_posix() else into / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(_git("show", f"{ref}:./{name}", ref=ref))
        if listed:
            yield into / path.name


def _git(*words: str, ref: str) -> bytes:
    try:
        done = subprocess.run(["git", *words], check=False, stdin=subprocess.DEVNULL, capture_output=True)
    except OSError as error:
        raise SpecError(f"--baseline {ref}: git cannot be started ({error.strerror}); name a file instead") from error
    if done.returncode:
        told = done.stderr.decode("utf-8", "replace").strip() or "no such commit"
        raise SpecError(f"--baseline {ref}: neither a file nor a commit of this repository: {told}")
    return done.stdout
