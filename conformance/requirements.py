"""The spec as data: requirements, capabilities, platforms and error kinds, read strictly.

An unknown key, an unknown word or a duplicate id is an error that names the file and the entry:
a typo that silently emptied a list would turn a requirement off.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Protocol

from conformance import shape

LEVELS = ("must", "should", "may")
PRIMITIVES = ("local_socket", "unnamed_pipe", "fifo", "named_pipe")
MODES = ("blocking", "nonblocking", "deadline", "async")


class SpecError(Exception):
    """The spec, an expectation or a name in it is not what the rules allow; says where and what to do."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One normative sentence with the conditions under which it applies; not to agents that claim one of `unless`."""

    id: str
    level: str
    sentence: str
    primitives: tuple[str, ...]
    modes: tuple[str, ...]
    platforms: frozenset[str]
    needs: tuple[str, ...]
    unless: tuple[str, ...]
    sources: tuple[str, ...]
    outcomes: Mapping[str, tuple[str, ...]]
    observed: bool
    untested: str | None

    def allowed(self, platform: str) -> tuple[str, ...]:
        """The outcomes that the standards allow on `platform`."""
        return self.outcomes.get(platform, self.outcomes.get("default", ()))


@dataclass(frozen=True, slots=True)
class Capability:
    """Something that an agent may claim; `required_by` names the claims that make it obligatory."""

    name: str
    sentence: str
    required_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Platform:
    """An operating system with the constants that requirements speak of."""

    name: str
    title: str
    groups: tuple[str, ...]
    facts: Mapping[str, int | bool | str]


@dataclass(frozen=True, slots=True)
class Spec:
    """Everything in `conformance/spec`, and the digest that identifies it."""

    requirements: Mapping[str, Requirement]
    capabilities: Mapping[str, Capability]
    platforms: Mapping[str, Platform]
    error_kinds: frozenset[str]
    digest: str

    def requirement(self, requirement_id: str) -> Requirement:
        """The requirement of that id; SpecError for an unknown one."""
        try:
            return self.requirements[requirement_id]
        except KeyError:
            raise SpecError(f"no requirement {requirement_id!r}; `ipc-conformance trace` lists them all") from None


def load() -> Spec:
    """Read and validate the spec that is shipped in this package."""
    root = files("conformance") / "spec"
    digest = sha256()
    platforms = {p.name: p for p in map(_platform, _entries(root / "platforms.toml", "platform", digest))}
    capabilities = {c.name: c for c in map(_capability, _entries(root / "capabilities.toml", "capability", digest))}
    for capability in capabilities.values():
        lost = [name for name in capability.required_by if name not in capabilities]
        if lost:
            raise SpecError(f"capabilities.toml: capability {capability.name}: required_by {lost[0]!r}, which is none")
    kinds = frozenset(_error_kind(item) for item in _entries(root / "errors.toml", "error", digest))
    requirements: dict[str, Requirement] = {}
    for source in sorted((root / "requirements").iterdir(), key=lambda item: item.name):
        if not source.name.endswith(".toml"):
            continue
        for where, entry in _entries(source, "requirement", digest):
            requirement = _requirement((where, entry), platforms, capabilities)
            if requirement.id in requirements:
                raise SpecError(f"{where}: the id is taken already; ids are never reused, choose the next number")
            requirements[requirement.id] = requirement
    return Spec(requirements, capabilities, platforms, kinds, digest.hexdigest())


_Entry = tuple[str, Mapping[str, object]]


def _entries(source: Traversable, key: str, digest: _Digest) -> list[_Entry]:
    raw = source.read_bytes()
    digest.update(source.name.encode() + b"\0" + raw)
    try:
        document: dict[str, object] = tomllib.loads(raw.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SpecError(f"{source.name}: not valid TOML: {error}") from error
    _only(document, {key}, source.name)
    entries = shape.items(document.get(key, []))
    if entries is None:
        raise SpecError(f"{source.name}: {key} is to be a list of tables, [[{key}]]")
    result: list[_Entry] = []
    for number, value in enumerate(entries, 1):
        entry = shape.table(value)
        if entry is None:
            raise SpecError(f"{source.name}: {key} {number} is to be a table")
        name = entry.get("id") or entry.get("name") or entry.get("kind") or f"number {number}"
        where = f"{source.name}: {key} {name}"
        if any(where == other for other, _ in result):
            raise SpecError(f"{where}: it is there twice; keep one, or choose the next number")
        result.append((where, entry))
    return result


def _requirement(
    item: _Entry, platforms: Mapping[str, Platform], capabilities: Mapping[str, Capability]
) -> Requirement:
    where, entry = item
    _only(entry, _REQUIREMENT_KEYS, where)
    level = _word(entry, "level", LEVELS, where)
    needs, unless = _texts(entry, "needs", where), _texts(entry, "unless", where)
    for name in (*needs, *unless):
        if name not in capabilities:
            raise SpecError(f"{where}: needs {name!r}, which capabilities.toml does not define")
    observed = entry.get("observed", False)
    if not isinstance(observed, bool):
        raise SpecError(f"{where}: observed is to be true or false")
    sources = _texts(entry, "sources", where)
    if not sources:
        raise SpecError(f"{where}: name at least one source")
    untested = entry.get("untested")
    on, outcomes = (
        _platform_names(_texts(entry, "platforms", where), platforms, where),
        _outcomes(entry, platforms, where),
    )
    if outcomes and "default" not in outcomes and not on <= set(outcomes):
        raise SpecError(f"{where}: outcomes say nothing of {min(on - set(outcomes))}; add it, or default")
    return Requirement(
        id=_text(entry, "id", where),
        level=level,
        sentence=_text(entry, "sentence", where),
        primitives=_words(entry, "primitives", PRIMITIVES, where),
        modes=_words(entry, "modes", MODES, where),
        platforms=on,
        needs=needs,
        unless=unless,
        sources=sources,
        outcomes=outcomes,
        observed=observed,
        untested=None if untested is None else _text(entry, "untested", where),
    )


_REQUIREMENT_KEYS = {
    "id", "level", "sentence", "primitives", "modes", "platforms",
    "needs", "unless", "sources", "outcomes", "observed", "untested",
}  # fmt: skip


def _platform(item: _Entry) -> Platform:
    where, entry = item
    _only(entry, {"name", "title", "groups", "facts"}, where)
    table = shape.table(entry.get("facts", {}))
    if table is None:
        raise SpecError(f"{where}: facts is to be a table")
    facts: dict[str, int | bool | str] = {}
    for name, value in table.items():
        if not isinstance(value, (int, str)):
            raise SpecError(f"{where}: fact {name} is to be a number, a text, true or false")
        facts[name] = value
    return Platform(_text(entry, "name", where), _text(entry, "title", where), _texts(entry, "groups", where), facts)


def _capability(item: _Entry) -> Capability:
    where, entry = item
    _only(entry, {"name", "sentence", "required_by"}, where)
    return Capability(_text(entry, "name", where), _text(entry, "sentence", where), _texts(entry, "required_by", where))


def _error_kind(item: _Entry) -> str:
    where, entry = item
    _only(entry, {"kind", "sentence"}, where)
    _text(entry, "sentence", where)
    return _text(entry, "kind", where)


def _platform_names(names: Iterable[str], platforms: Mapping[str, Platform], where: str) -> frozenset[str]:
    """Platforms by name or by group; a group stands for its members."""
    found: set[str] = set()
    for name in names:
        members = {p.name for p in platforms.values() if name == p.name or name in p.groups}
        if not members:
            raise SpecError(f"{where}: {name!r} is neither a platform nor a group in platforms.toml")
        found |= members
    if not found:
        raise SpecError(f"{where}: name at least one platform or group")
    return frozenset(found)


def _outcomes(
    entry: Mapping[str, object], platforms: Mapping[str, Platform], where: str
) -> Mapping[str, tuple[str, ...]]:
    table = shape.table(entry.get("outcomes", {}))
    if table is None:
        raise SpecError(f"{where}: outcomes is to be a table: default = [...], linux = [...]")
    for name in table:
        if name != "default" and name not in platforms:
            raise SpecError(f"{where}: outcomes for {name!r}, which is no platform")
        if not _texts(table, name, where):
            raise SpecError(f"{where}: outcomes for {name} are to be at least one; else no outcome is allowed")
    return {name: _texts(table, name, where) for name in table}


def _only(table: Mapping[str, object], allowed: set[str], where: str) -> None:
    unknown = sorted(set(table) - allowed)
    if unknown:
        raise SpecError(f"{where}: unknown key {unknown[0]!r}; known: {', '.join(sorted(allowed))}")


def _text(table: Mapping[str, object], key: str, where: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value:
        raise SpecError(f"{where}: {key} is to be a text that is not empty")
    return value


def _texts(table: Mapping[str, object], key: str, where: str) -> tuple[str, ...]:
    value = shape.texts(table.get(key, []))
    if value is None or not all(value):
        raise SpecError(f"{where}: {key} is to be a list of texts")
    if len(set(value)) != len(value):
        raise SpecError(f"{where}: {key} names something twice")
    return value


def _word(table: Mapping[str, object], key: str, words: tuple[str, ...], where: str) -> str:
    value = _text(table, key, where)
    if value not in words:
        raise SpecError(f"{where}: {key} {value!r} is none of {', '.join(words)}")
    return value


def _words(table: Mapping[str, object], key: str, words: tuple[str, ...], where: str) -> tuple[str, ...]:
    values = _texts(table, key, where)
    for value in values:
        if value not in words:
            raise SpecError(f"{where}: {key} {value!r} is none of {', '.join(words)}")
    if not values:
        raise SpecError(f"{where}: {key} is to name at least one of {', '.join(words)}")
    return values


class _Digest(Protocol):
    """What `_entries` asks of a hash object."""

    def update(self, data: bytes, /) -> None: ...
