"""Frozen sequences: what a search once found, or what was chosen by hand, kept as data that every run replays.

    [[sequence]]
    steps = "v70000.c.z"
    primitives = ["local_socket", "unnamed_pipe", "fifo"]
    why = "One sentence: what it is worth keeping for."

A case carries its steps in its id, so a case that evidence or a command line names is known without any file.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files

from conformance import shape
from conformance.requirements import SpecError
from conformance.scenario import Scenario
from conformance.sequences import sequence

SCENARIO = "search/any_sequence_agrees_with_the_model"
_KEYS = {"steps", "primitives", "why"}
_Steps = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Frozen:
    """A sequence, where it is replayed, and why it is kept."""

    steps: str
    primitives: tuple[str, ...]
    why: str

    def toml(self) -> str:
        """As it stands in a file."""
        primitives = ", ".join(f'"{name}"' for name in self.primitives)
        # What a JSON string escapes, a basic string of TOML escapes likewise; that one escapes DEL as well.
        why = json.dumps(self.why, ensure_ascii=False).replace("\x7f", "\\u007f")
        return f'\n[[sequence]]\nsteps = "{self.steps}"\nprimitives = [{primitives}]\nwhy = {why}\n'


def packaged() -> tuple[Frozen, ...]:
    """The sequences that are shipped in this package."""
    source = files("conformance") / "spec" / "frozen.toml"
    return read(source.read_text(encoding="utf-8"), source.name)


def read(text: str, source: str) -> tuple[Frozen, ...]:
    """The sequences of a file; `source` names it in errors. SpecError says what is wrong, and where."""
    try:
        document: dict[str, object] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"{source}: not valid TOML: {error}") from error
    unknown = sorted(set(document) - {"sequence"})
    entries = shape.items(document.get("sequence", []))
    if unknown or entries is None:
        raise SpecError(f"{source}: a file of frozen sequences has [[sequence]] tables and nothing else")
    found = [_entry(entry, f"{source}: sequence {number}") for number, entry in enumerate(entries, 1)]
    for primitive in sequence.PRIMITIVES:
        words = [one.steps for one in found if primitive in one.primitives]
        for steps in words:
            if words.count(steps) > 1:
                raise SpecError(f"{source}: {steps} is there twice for {primitive}; keep one")
    return tuple(found)


def steps(sequences: Iterable[Frozen]) -> _Steps:
    """The words to replay, by primitive."""
    known = list(sequences)
    return {name: tuple(one.steps for one in known if name in one.primitives) for name in sequence.PRIMITIVES}


def with_sequences(catalogue: Mapping[str, Scenario], more: _Steps) -> Mapping[str, Scenario]:
    """The scenarios, with more sequences to replay."""
    before = catalogue.get(SCENARIO)
    known = None if before is None else before.params["steps"]
    if before is None or not isinstance(known, Mapping):
        return catalogue
    joined = {name: tuple(dict.fromkeys((*words, *more.get(name, ())))) for name, words in known.items()}
    return {**catalogue, SCENARIO: replace(before, params={"steps": joined})}


def with_named(catalogue: Mapping[str, Scenario], cases: Iterable[str]) -> Mapping[str, Scenario]:
    """The scenarios, with the sequences that these ids of cases carry; other ids and patterns are passed over."""
    found: dict[str, dict[str, None]] = {}
    for case in cases:
        path, _, text = case.partition("/steps=")
        name, _, rest = path.removeprefix(f"{SCENARIO}/").partition("/")
        if path.startswith(f"{SCENARIO}/") and rest and name in sequence.PRIMITIVES and _playable(text, name):
            found.setdefault(name, {})[text] = None
    return with_sequences(catalogue, {name: tuple(words) for name, words in found.items()}) if found else catalogue


def _playable(text: str, primitive: str) -> bool:
    try:
        return bool(sequence.parse(text, primitive))
    except SpecError:
        return False


def _entry(entry: object, where: str) -> Frozen:
    table = shape.table(entry) or {}
    unknown = sorted(set(table) - _KEYS)
    if unknown:
        raise SpecError(f"{where}: unknown key {unknown[0]!r}; known: {', '.join(sorted(_KEYS))}")
    text, primitives, why = table.get("steps"), shape.texts(table.get("primitives")), table.get("why")
    if not isinstance(text, str) or not isinstance(why, str) or not why:
        raise SpecError(f"{where}: steps and why are to be texts that are not empty")
    if not primitives or not set(primitives) <= set(sequence.PRIMITIVES):
        raise SpecError(f"{where}: primitives is to name some of {', '.join(sequence.PRIMITIVES)}")
    for primitive in primitives:
        try:
            sequence.parse(text, primitive)
        except SpecError as error:
            raise SpecError(f"{where}: {error}") from error
    return Frozen(text, primitives, why)
