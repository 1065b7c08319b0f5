"""Support levels, computed from cells by `policy.toml`. Pure but for reading that file.

Several runs of one agent on one platform add up: a violation seen in any of them counts for all,
and the best of what is left decides.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from conformance.requirements import SpecError
from matrix.cells import Cell

_FLAGS = ("offered", "proven", "complete", "native", "ci", "associated")
_LIMITS = ("must_violated", "must_undetermined")


@dataclass(frozen=True, slots=True)
class Level:
    """A support level and what it promises; a lower `rank` is better."""

    name: str
    promise: str
    rank: int


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
    """Levels from best to worst, the rules in their order, and which platform stands for which."""

    levels: tuple[Level, ...]
    rules: tuple[Rule, ...]
    association: Mapping[str, str]

    def level(self, name: str) -> Level:
        """The level of that name; SpecError lists the others."""
        for level in self.levels:
            if level.name == name:
                return level
        raise SpecError(f"no level {name!r}; there are: {', '.join(level.name for level in self.levels)}")


def load_policy() -> Policy:
    """Read `policy.toml`, strictly."""
    return parse_policy((files("matrix") / "policy.toml").read_text(encoding="utf-8"))


def parse_policy(text: str) -> Policy:
    """A policy from TOML; SpecError names what is wrong with it."""
    document: Mapping[str, Sequence[Mapping[str, object]]] = tomllib.loads(text)
    _only(document, ("level", "rule", "association"), "policy.toml")
    levels: list[Level] = []
    for entry in document.get("level", ()):
        _only(entry, ("name", "promise"), "policy.toml: level")
        levels.append(Level(str(entry.get("name")), str(entry.get("promise")), len(levels)))
    by_name = {level.name: level for level in levels}
    rules = tuple(_rule(entry, by_name) for entry in document.get("rule", ()))
    if not rules or rules[-1].flags or rules[-1].limits:
        raise SpecError("policy.toml: the last rule is to have no conditions, so that every cell has a level")
    association: Mapping[str, str] = tomllib.loads(text).get("association", {})
    return Policy(tuple(levels), rules, association)


def levels(cells: Iterable[Cell], policy: Policy) -> Mapping[tuple[str, str, str], Level]:
    """The level of each agent, platform and primitive for which there is a cell."""
    groups: dict[tuple[str, str, str], list[Cell]] = {}
    for cell in cells:
        groups.setdefault((cell.agent, cell.platform, cell.primitive), []).append(cell)
    alone = {key: _level(group, policy, associated=False) for key, group in groups.items()}
    explicit = {level.name for level in policy.levels if level.name.startswith("explicit")}

    def associated(key: tuple[str, str, str]) -> bool:
        agent, platform, primitive = key
        other = alone.get((agent, policy.association.get(platform, ""), primitive))
        return other is not None and other.name in explicit

    return {key: _level(group, policy, associated=associated(key)) for key, group in groups.items()}


def _level(cells: Sequence[Cell], policy: Policy, *, associated: bool) -> Level:
    violated = max(cell.count("must", "violated") for cell in cells)
    reached: list[Level] = []
    for cell in cells:
        flags = {
            "offered": cell.offered,
            "proven": cell.count("must", "holds") > 0,
            "complete": cell.complete,
            "native": cell.native,
            "ci": cell.ci,
            "associated": associated,
        }
        counts = {"must_violated": violated, "must_undetermined": cell.count("must", "undetermined")}
        reached.append(next(rule.level for rule in policy.rules if rule.fits(flags, counts)))
    return min(reached, key=lambda level: level.rank)


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
