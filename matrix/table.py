"""The matrix: what results say together, with the claims beside it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from conformance.requirements import PRIMITIVES, Spec
from matrix.cells import Cell
from matrix.claims import Claim, Claims
from matrix.levels import Key, Level, Policy, levels, newer
from matrix.results import Place, Result


@dataclass(frozen=True, slots=True)
class Row:
    """An agent on a platform, native or through one emulator: its levels, its cells added up, what is claimed."""

    agent: str
    platform: str
    emulator: str
    title: str
    levels: Mapping[str, Level]
    cells: Mapping[str, Cell]
    results: tuple[Result, ...]
    claim: Claim | None

    @property
    def date(self) -> str:
        """The day of the newest evidence."""
        return max((result.date for result in self.results), default="")


@dataclass(frozen=True, slots=True)
class Release:
    """One version of an agent: its row for each platform."""

    version: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows in the order of claims and names; `current` has the newest result of each place, `earlier` the others."""

    spec: Spec
    policy: Policy
    claims: Claims
    today: date
    rows: tuple[Row, ...]
    current: tuple[Result, ...]
    earlier: tuple[Result, ...]
    levels: Mapping[Key, Level]

    @property
    def agents(self) -> list[str]:
        """Every agent with a row."""
        return list(dict.fromkeys(row.agent for row in self.rows))

    @property
    def platforms(self) -> list[str]:
        """Every platform with a row."""
        return list(dict.fromkeys(row.platform for row in self.rows))

    def title(self, platform: str) -> str:
        """A platform as people call it."""
        return _title(platform, self.claims, self.spec)

    def releases(self, agent: str) -> list[Release]:
        """The versions of an agent, newest first, each by the newest result of each place then."""
        by_version: dict[str, list[Result]] = {}
        for result in (*self.current, *self.earlier):
            if result.agent == agent:
                by_version.setdefault(result.version, []).append(result)
        found: list[Release] = []
        for version in sorted(by_version, key=newer, reverse=True):
            current, _ = newest(by_version[version])
            then = levels((cell for result in current for cell in result.cells), self.policy, self.claims)
            rows = _rows(current, then, self.claims, self.spec, claimed=False)
            found.append(Release(version, tuple(row for row in rows if row.agent == agent)))
        return found


def matrix(found: Iterable[Result], spec: Spec, policy: Policy, claims: Claims, today: date) -> Matrix:
    """Put results together as they are seen on the day `today`."""
    current, earlier = newest(found)
    # What is superseded is kept for its cells alone: a thousand old runs are to cost little.
    slim = tuple(replace(result, verdicts={}, faults={}, observed={}) for result in earlier)
    by_key = levels((cell for result in current for cell in result.cells), policy, claims, today=today)
    rows = _rows(current, by_key, claims, spec, claimed=True)
    return Matrix(spec, policy, claims, today, tuple(rows), tuple(current), slim, by_key)


def newest(found: Iterable[Result]) -> tuple[list[Result], list[Result]]:
    """The newest result of each place, and the others: by version, then day, then seal, so that order never decides."""
    by_place: dict[Place, list[Result]] = {}
    for result in found:
        by_place.setdefault(result.place, []).append(result)
    current: list[Result] = []
    earlier: list[Result] = []
    for place in sorted(by_place):
        *older, last = sorted(by_place[place], key=lambda one: (newer(one.version), one.date, one.seal))
        current.append(last)
        earlier += older
    return current, earlier


def added_up(cells: Sequence[Cell]) -> Cell:
    """One cell that shows the counts of several runs of one primitive, each at its worst."""
    first = max(cells, key=lambda cell: cell.date)
    counts = {
        key: (min if key[1] == "holds" else max)(cell.counts.get(key, 0) for cell in cells)
        for key in sorted({key for cell in cells for key in cell.counts})
    }
    return replace(
        first, counts=counts, left_out=max(cell.left_out for cell in cells), ended=all(cell.ended for cell in cells)
    )


def _rows(
    current: Sequence[Result], by_key: Mapping[Key, Level], claims: Claims, spec: Spec, *, claimed: bool
) -> list[Row]:
    results: dict[tuple[str, str, str], list[Result]] = {}
    if claimed:
        results = {(claims.agent, platform, ""): [] for platform in claims.platforms}
    for result in current:
        results.setdefault((result.agent, result.platform, result.emulator), []).append(result)
    order = {platform: number for number, platform in enumerate(dict.fromkeys((*claims.platforms, *spec.platforms)))}
    keys = sorted(results, key=lambda key: (key[0] != claims.agent, key[0], order.get(key[1], len(order)), *key[1:]))
    return [_row(key, results[key], by_key, claims, spec) for key in keys]


def _row(
    key: tuple[str, str, str], results: Sequence[Result], by_key: Mapping[Key, Level], claims: Claims, spec: Spec
) -> Row:
    agent, platform, emulator = key
    cells: dict[str, list[Cell]] = {}
    for result in results:
        for cell in result.cells:
            cells.setdefault(cell.primitive, []).append(cell)
    found = {primitive: by_key.get(Key(agent, platform, emulator, primitive)) for primitive in PRIMITIVES}
    return Row(
        agent, platform, emulator, _title(platform, claims, spec),
        {primitive: level for primitive, level in found.items() if level is not None},
        {primitive: added_up(group) for primitive, group in cells.items()},
        tuple(results), claims.of(agent, platform) if not emulator else None,
    )  # fmt: skip


def _title(platform: str, claims: Claims, spec: Spec) -> str:
    claim, known = claims.platforms.get(platform), spec.platforms.get(platform)
    return claim.title if claim is not None else known.title if known is not None else platform
