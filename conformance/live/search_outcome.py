"""What a search for sequences came to: told to a person, and frozen in a file that later runs replay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import conformance
from conformance.evidence import Record
from conformance.plain import safe
from conformance.plan import Planned
from conformance.requirements import SpecError
from conformance.scenario import Finding
from conformance.sequences import frozen
from conformance.sequences.frozen import Frozen

AGAIN = 3
"""How often a sequence that was found runs again."""


@dataclass(frozen=True, slots=True)
class Found:
    """A sequence that does not agree with the model, as short as it could be made."""

    planned: Planned
    finding: Finding
    record: Record
    again: int
    """How many of `AGAIN` further runs violated the requirement as well."""


@dataclass(frozen=True, slots=True)
class Hunt:
    """What searching one primitive came to."""

    primitive: str
    modes: tuple[str, ...]
    sequences: int
    operations: int
    untold: Mapping[str, str]
    seconds: float
    found: Found | None
    reason: str = ""
    """Why there was nothing to search, if so."""


def own_file() -> Path:
    """The package's own frozen sequences, in a checkout; SpecError where it is installed."""
    package = Path(conformance.__file__).resolve().parent
    if not (package.parent / "pyproject.toml").is_file():
        raise SpecError("this package is installed, not checked out; say where to freeze with --frozen FILE")
    return package / "spec" / "frozen.toml"


def freeze(hunts: Iterable[Hunt], path: Path) -> list[str]:
    """Append what was found to a file of frozen sequences; the words that were not there yet."""
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else _HEADING
        text, fresh = _with_found(text, str(path), hunts)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SpecError(f"{path}: {error.strerror}; what was found is not frozen") from error
    return fresh


def _with_found(text: str, source: str, hunts: Iterable[Hunt]) -> tuple[str, list[str]]:
    known = frozen.steps(frozen.read(text, source))
    fresh: dict[str, Frozen] = {}
    for hunt in hunts:
        if hunt.found is None:
            continue
        word = str(hunt.found.planned.params["steps"])
        before = fresh.get(word) or Frozen(
            word, (), f"Found by a search: {safe(hunt.found.finding.detail.removeprefix('not so: '))}."
        )
        if word not in known[hunt.primitive]:
            fresh[word] = replace(before, primitives=(*before.primitives, hunt.primitive))
    text += "".join(one.toml() for one in fresh.values())
    frozen.read(text, source)
    return text, list(fresh)


_HEADING = "# Sequences of operations that `ipc-conformance run --frozen` replays; see conformance/sequence.py.\n"


def told(hunt: Hunt, run: str) -> str:
    """What came of a search, for a person: how much was tried, what was found; `run` begins the line to repeat it."""
    if not hunt.modes:
        return f"{hunt.primitive}: not searched; {hunt.reason}\n"
    amount = f"{hunt.sequences} sequences, {hunt.operations} operations"
    tried = f"{amount}, in modes {', '.join(hunt.modes)}, {hunt.seconds:.1f} s"
    lines = [f"{hunt.primitive}: {'disagrees with the model' if hunt.found else 'nothing found'} ({tried})"]
    if hunt.found is not None:
        planned, finding = hunt.found.planned, hunt.found.finding
        lines += [
            f"  {planned.id}",
            f"  {finding.requirement} violated ({finding.cause}, {finding.party}): {finding.detail}",
            f"  happened again in {hunt.found.again} of {AGAIN} more runs",
            f"  again: {run} --case {planned.id}",
        ]
    if hunt.untold:
        case, why = next(iter(hunt.untold.items()))
        lines += [f"  {len(hunt.untold)} sequences could not be judged; the first: {case}: {why}"]
    return "\n".join(lines) + "\n"
