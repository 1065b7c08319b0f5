"""Support levels, computed from cells by `policy.toml`. Pure but for reading that file.

Several runs of one agent on one platform add up: a violation seen in any of them counts for all,
and the best of what is left decides. Runs through an emulator are a platform of their own.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import NamedTuple

from conformance import shape
from conformance.requirements import SpecError
from matrix.cells import Cell
from matrix.claims import NONE, Claims

_FLAGS = (
    "offered", "proven", "complete", "native", "ci", "fresh", "sourced", "latest", "static", "associated",
)  # fmt: skip
_LIMITS = ("must_violated", "must_undetermined")


class Key(NamedTuple):
    """What has a level: an agent's primitive on a platform, native where `emulator` is empty."""

    agent: str
    platform: str
    emulator: str
    primitive: str


@dataclass(frozen=True, slots=True)
class Level:
    """A support level and what it promises; a lower `rank` is better."""

    name: str
    promise: str
    rank: int

    @property
    def explicit(self) -> bool:
        """Whether it takes a run on the platform itself."""
        return self.name.startswith("explicit")


@dataclass(frozen=True, slots=True)
class Rule:
    """Conditions under which a level is reached: flags that have to be so, counts that may be at most so high."""

    level: Level
    flags: Mapping[str, bool]
    limits: Mapping[str, int]

    def fits(self, flags: Mapping[str, bool], counts: Mapping[str, int]) -> bool:
        """Whether all conditions are met."""
        return all(flags[name] is wanted for name, wanted in self.flags.items()) and all(
            counts[name] <= most for name, most in self.limits.items()
        )


@dataclass(frozen=True, slots=True)
class Policy:
    """Levels from best to worst, the rules in their order, and for how many days evidence is fresh."""

    levels: tuple[Level, ...]
    rules: tuple[Rule, ...]
    fresh_days: int

    def level(self, name: str) -> Level:
        """The level of that name; SpecError lists the others."""
        for level in self.levels:
            if level.name == name:
                return level
        raise SpecError(f"no level {name!r}; there are: {', '.join(level.name for level in self.levels)}")

    def fresh(self, day: str, today: date | None) -> bool:
        """Whether evidence of that day still counts; seen from its own day (`today` None) it does."""
        if today is None:
            return True
        try:
            return (today - date.fromisoformat(day)).days <= self.fresh_days
        except ValueError:
            return False


def load_policy() -> Policy:
    """Read `policy.toml`, strictly."""
    return parse_policy((files("matrix") / "policy.toml").read_text(encoding="utf-8"))


def parse_policy(text: str) -> Policy:
    """A policy from TOML; SpecError names what is wrong with it."""
    document: Mapping[str, object] = tomllib.loads(text)
    _only(document, ("fresh_days", "level", "rule"), "policy.toml")
    days = shape.whole(document.get("fresh_days", 0))
    if days is None or days < 0:
        raise SpecError("policy.toml: fresh_days is to be a number of days")
    levels: list[Level] = []
    for entry in _tables(document, "level"):
        _only(entry, ("name", "promise"), "policy.toml: level")
        levels.append(Level(str(entry.get("name")), str(entry.get("promise")), len(levels)))
    by_name = {level.name: level for level in levels}
    rules = tuple(_rule(entry, by_name) for entry in _tables(document, "rule"))
    if not rules or rules[-1].flags or rules[-1].limits:
        raise SpecError("policy.toml: the last rule is to have no conditions, so that every cell has a level")
    return Policy(tuple(levels), rules, days)


def levels(
    cells: Iterable[Cell], policy: Policy, claims: Claims = NONE, *, today: date | None = None
) -> Mapping[Key, Level]:
    """The level of everything that there is a cell of, or a claim.

    `today` decides what is fresh; without it all evidence is seen from the day on which it was made.
    """
    groups: dict[Key, list[Cell]] = {}
    for cell in cells:
        groups.setdefault(Key(cell.agent, cell.platform, cell.emulator, cell.primitive), []).append(cell)
    newest = _newest(cell for group in groups.values() for cell in group)
    alone = {
        key: _level(group, policy, claims, newest[key.agent], today, associated=False) for key, group in groups.items()
    }
    claimed = {
        Key(claims.agent, claim.platform, "", primitive): level
        for claim in claims.platforms.values()
        for primitive, level in claim.levels.items()
    }

    def associated(key: Key) -> bool:
        claim = claims.of(key.agent, key.platform)
        if claim is None or claim.relative is None or key.emulator:
            return False
        other = alone.get(key._replace(platform=claim.relative))
        return other is not None and other.explicit

    found = dict(alone)
    for key, group in groups.items():
        if associated(key):
            found[key] = _level(group, policy, claims, newest[key.agent], today, associated=True)
    for key, level in claimed.items():
        if key not in groups:
            found[key] = _unseen(policy, offered=level != policy.levels[-1].name, associated=associated(key))
    return found


def newer(version: str) -> tuple[object, ...]:
    """A key that sorts versions: runs of digits as numbers, and a release after what led to it (1.0rc1 before 1.0)."""
    parts = re.findall(r"\d+|[^\W\d_]+", version)
    return (*((1, int(part), "") if part.isdecimal() else (-1, 0, part) for part in parts), (0, 0, ""))


def _newest(cells: Iterable[Cell]) -> Mapping[str, str]:
    """The newest version of each agent's implementation."""
    found: dict[str, str] = {}
    for cell in cells:
        found[cell.agent] = max(found.get(cell.agent, cell.version), cell.version, key=newer)
    return found


def _level(
    cells: Sequence[Cell], policy: Policy, claims: Claims, newest: str, today: date | None, *, associated: bool
) -> Level:
    violated = max(cell.count("must", "violated") for cell in cells)
    reached: list[Level] = []
    for cell in cells:
        claim = claims.of(cell.agent, cell.platform)
        flags = {
            "offered": cell.offered,
            "proven": cell.count("must", "holds") > 0,
            "complete": cell.complete,
            "native": cell.native,
            "ci": cell.ci,
            "fresh": policy.fresh(cell.date, today),
            "sourced": bool(cell.source),
            "latest": cell.version == newest,
            "static": claim is not None and bool(claim.static),
            "associated": associated,
        }
        counts = {"must_violated": violated, "must_undetermined": cell.count("must", "undetermined")}
        reached.append(_first(policy, flags, counts))
    return min(reached, key=lambda level: level.rank)


def _unseen(policy: Policy, *, offered: bool, associated: bool) -> Level:
    """The level of what there is no evidence of: whether it is offered is the claim's word."""
    flags = {**dict.fromkeys(_FLAGS, False), "offered": offered, "native": True, "associated": associated}
    return _first(policy, flags, dict.fromkeys(_LIMITS, 0))


def _first(policy: Policy, flags: Mapping[str, bool], counts: Mapping[str, int]) -> Level:
    return next(rule.level for rule in policy.rules if rule.fits(flags, counts))


def _tables(document: Mapping[str, object], key: str) -> Iterable[Mapping[str, object]]:
    for entry in shape.items(document.get(key)) or ():
        table = shape.table(entry)
        if table is None:
            raise SpecError(f"policy.toml: {key} is to be a list of tables, [[{key}]]")
        yield table


def _rule(entry: Mapping[str, object], levels: Mapping[str, Level]) -> Rule:
    _only(entry, ("level", *_FLAGS, *_LIMITS), "policy.toml: rule")
    level = levels.get(str(entry.get("level")))
    if level is None:
        raise SpecError(f"policy.toml: rule for the level {entry.get('level')!r}, which is not defined")
    flags: dict[str, bool] = {}
    limits: dict[str, int] = {}
    for name, value in entry.items():
        if name in _FLAGS and isinstance(value, bool):
            flags[name] = value
        elif name in _LIMITS and isinstance(value, int) and not isinstance(value, bool):
            limits[name] = value
        elif name != "level":
            raise SpecError(f"policy.toml: rule for {level.name!r}: {name} cannot be {value!r}")
    return Rule(level, flags, limits)


def _only(table: Mapping[str, object], known: Sequence[str], where: str) -> None:
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise SpecError(f"{where}: unknown key {unknown[0]!r}; known: {', '.join(known)}")
