"""The gate: what may not change between a matrix and the one before, and between two runs. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from conformance.requirements import PRIMITIVES
from matrix.claims import Claim
from matrix.levels import Level, newer
from matrix.table import Matrix, Row

PASSING = ("holds", "observed")
FAILING = ("demoted", "overclaimed", "stale")


class Finding(NamedTuple):
    """Something that the gate has to say; `kind` is one of FAILING, or `promotion`."""

    kind: str
    text: str

    @property
    def fails(self) -> bool:
        """Whether it closes the gate."""
        return self.kind in FAILING


class Word(NamedTuple):
    """A verdict, with the value where one was observed."""

    verdict: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """How one verdict differs between two runs."""

    kind: str
    what: str
    before: Word | None
    after: Word | None

    @property
    def regression(self) -> bool:
        """Whether something that passed is lost."""
        passed = self.before is not None and self.before.verdict in PASSING
        return passed and (self.after is None or self.after.verdict not in PASSING)


def check(now: Matrix, before: Matrix | None) -> list[Finding]:
    """Everything that the gate has to say of `now`, failing findings first."""
    found = [*_claims(now), *(() if before is None else _demotions(now, before))]
    return sorted(found, key=lambda finding: (not finding.fails, (*FAILING, "promotion").index(finding.kind)))


def major(version: str) -> int:
    """The first number of a version; 0 where there is none."""
    first = re.match(r"\D*(\d+)", version)
    return int(first[1]) if first else 0


def compare(before: Mapping[str, Word], after: Mapping[str, Word]) -> list[Change]:
    """The changes from one run's verdicts to another's, in order of the names: added, deleted, changed, unchanged."""
    return [_change(what, before.get(what), after.get(what)) for what in sorted({*before, *after})]


def _change(what: str, old: Word | None, new: Word | None) -> Change:
    kind = "added" if old is None else "deleted" if new is None else "unchanged" if old == new else "changed"
    return Change(kind, what, old, new)


def _claims(now: Matrix) -> list[Finding]:
    found: list[Finding] = []
    for row in now.rows:
        claim = row.claim
        if claim is None:
            continue
        for primitive, name in claim.levels.items():
            claimed, carried = now.policy.level(name), row.levels[primitive]
            if claimed.rank < carried.rank:
                text = f"{_named(row, primitive)}: claimed {claimed.name}, the evidence carries {carried.name}"
                found.append(Finding("overclaimed", text))
            elif carried.rank < claimed.rank and _carries_something(carried):
                text = f"{_named(row, primitive)}: claimed {claimed.name}, the evidence would carry {carried.name}"
                found.append(Finding("promotion", text))
        found += _stale(now, row, claim)
    return found


def _carries_something(level: Level) -> bool:
    """Whether evidence made it so: nobody is promoted to what takes none."""
    return level.explicit or level.name == "by association"


def _stale(now: Matrix, row: Row, claim: Claim) -> list[Finding]:
    """An explicit claim whose newest evidence is too old."""
    explicit = [name for name in claim.levels.values() if now.policy.level(name).explicit]
    if not explicit or not row.results or now.policy.fresh(row.date, now.today):
        return []
    when = f"of {row.date}" if row.date else "without a date"
    days = now.policy.fresh_days
    return [
        Finding("stale", f"{row.agent} on {row.title}: the newest evidence is {when}; at most {days} days are fresh")
    ]


def _demotions(now: Matrix, before: Matrix) -> list[Finding]:
    found: list[Finding] = []
    rows = {(row.agent, row.platform): row for row in now.rows if not row.emulator}
    versions, old_versions = _versions(now), _versions(before)
    for row in before.rows:
        risen = major(versions.get(row.agent, "")) > major(old_versions.get(row.agent, ""))
        if row.emulator or risen:
            continue
        after = rows.get((row.agent, row.platform))
        for primitive in PRIMITIVES:
            old, new = _standing(before, row, primitive), _standing(now, after, primitive)
            if old is not None and (new is None or new.rank > old.rank) and old.name != "unsupported":
                then = "nothing" if new is None else new.name
                text = (
                    f"{_named(row, primitive)}: {old.name} before, {then} now, and the major version "
                    f"({versions.get(row.agent) or 'none'}) has not risen"
                )
                found.append(Finding("demoted", text))
    return found


def _standing(matrix: Matrix, row: Row | None, primitive: str) -> Level | None:
    """What people could rely on: the claim, and without one what the evidence carries."""
    if row is None:
        return None
    if row.claim is not None and primitive in row.claim.levels:
        return matrix.policy.level(row.claim.levels[primitive])
    return row.levels.get(primitive)


def _versions(matrix: Matrix) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for result in matrix.current:
        found[result.agent] = max(found.get(result.agent, result.version), result.version, key=newer)
    return found


def _named(row: Row, primitive: str) -> str:
    return f"{row.agent} on {row.title}, {primitive}"
