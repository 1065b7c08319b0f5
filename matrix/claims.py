"""Claims: which level somebody promises for each platform, and what that relies on. Pure but for reading its file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from conformance import shape
from conformance.requirements import PRIMITIVES, Platform, SpecError

USUAL = ("local_socket", "unnamed_pipe", "fifo")


@dataclass(frozen=True, slots=True)
class Claim:
    """One platform: the level claimed for each of its primitives, and what to look at if it is doubted."""

    platform: str
    title: str
    levels: Mapping[str, str]
    relies_on: str
    static: tuple[str, ...]
    relative: str | None
    alike: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims for one agent, in the order in which they are shown."""

    agent: str
    platforms: Mapping[str, Claim]

    def of(self, agent: str, platform: str) -> Claim | None:
        """The claim for an agent on a platform; None where nothing is claimed."""
        return self.platforms.get(platform) if agent == self.agent else None


NONE = Claims("", {})


def load_claims(platforms: Mapping[str, Platform]) -> Claims:
    """The claims that this project makes for its reference implementation."""
    return parse_claims((files("matrix") / "platforms.toml").read_text(encoding="utf-8"), "platforms.toml", platforms)


def parse_claims(text: str, source: str, platforms: Mapping[str, Platform]) -> Claims:
    """Claims from TOML; SpecError names the entry that is wrong. `platforms` are the spec's, with their facts.

    Levels are compared with the policy by whoever weighs them; two platforms that are said to be alike and differ in
    a fact are an error here, since nothing could be associated by them.
    """
    try:
        document: Mapping[str, object] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"{source}: not valid TOML: {error}") from error
    _only(document, ("agent", "platform"), source)
    found: dict[str, Claim] = {}
    for number, value in enumerate(shape.items(document.get("platform")) or (), 1):
        entry = shape.table(value) or {}
        claim = _claim(entry, f"{source}: platform {entry.get('name', f'number {number}')}", platforms)
        if claim.platform in found:
            raise SpecError(f"{source}: platform {claim.platform}: it is there twice; keep one")
        found[claim.platform] = claim
    for claim in found.values():
        if claim.relative is not None and claim.relative not in found:
            raise SpecError(f"{source}: platform {claim.platform}: relative {claim.relative!r} has no entry of its own")
    return Claims(_text(document, "agent", source), found)


_KEYS = ("name", "title", "primitives", "claim", "claims", "relies_on", "static", "relative", "alike")


def _claim(entry: Mapping[str, object], where: str, platforms: Mapping[str, Platform]) -> Claim:
    _only(entry, _KEYS, where)
    primitives = _texts(entry, "primitives", where) or USUAL
    exceptions = shape.table(entry.get("claims", {}))
    if exceptions is None:
        raise SpecError(f"{where}: claims is to be a table of primitives and levels")
    for name in (*primitives, *exceptions):
        if name not in PRIMITIVES:
            raise SpecError(f"{where}: {name!r} is no primitive; there are: {', '.join(PRIMITIVES)}")
    usual = _text(entry, "claim", where)
    relative = entry.get("relative")
    claim = Claim(
        platform=_text(entry, "name", where),
        title=_text(entry, "title", where),
        levels={name: str(exceptions.get(name, usual)) for name in primitives},
        relies_on=_text(entry, "relies_on", where),
        static=_texts(entry, "static", where),
        relative=None if relative is None else _text(entry, "relative", where),
        alike=_texts(entry, "alike", where),
    )
    _check_alike(claim, where, platforms)
    return claim


def _check_alike(claim: Claim, where: str, platforms: Mapping[str, Platform]) -> None:
    if (claim.relative is None) is not (not claim.alike):
        raise SpecError(f"{where}: relative and alike go together: a relative, and the facts that make the two alike")
    if claim.relative is None:
        return
    mine, theirs = platforms.get(claim.platform), platforms.get(claim.relative)
    if mine is None or theirs is None:
        raise SpecError(f"{where}: the spec has to know both platforms with their facts, to compare them")
    for fact in claim.alike:
        ours, other = mine.facts.get(fact), theirs.facts.get(fact)
        if ours is None or ours != other:
            raise SpecError(f"{where}: not alike: {fact} is {ours!r} here and {other!r} on {claim.relative}")


def _only(table: Mapping[str, object], known: Sequence[str], where: str) -> None:
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise SpecError(f"{where}: unknown key {unknown[0]!r}; known: {', '.join(known)}")


def _text(table: Mapping[str, object], key: str, where: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value:
        raise SpecError(f"{where}: {key} is to be a text that is not empty")
    return value


def _texts(table: Mapping[str, object], key: str, where: str) -> tuple[str, ...]:
    value = shape.texts(table.get(key, []))
    if value is None:
        raise SpecError(f"{where}: {key} is to be a list of texts")
    return value
