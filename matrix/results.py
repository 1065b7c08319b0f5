"""Results: what follows from one run's evidence, small enough to keep beside the code and to compare by the thousand.

A result names its evidence by the last seal, which covers every line: whoever has the file can derive the result
again and compare. It holds no transcript. Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from conformance import shape
from conformance.evidence import Evidence, EvidenceError
from conformance.judge import VERDICTS, Verdict
from conformance.requirements import LEVELS, PRIMITIVES
from matrix.cells import Cell, cells

VERSION = 1
# The word for a requirement that was decided in several cases is the first of these that any of them got.
WORST_FIRST = ("violated", "undetermined", "holds", "observed", "unsupported", "inapplicable")
# What an agent says of itself is shown to people; nobody's version takes more.
_TEXT = 200
_SEAL = re.compile("[0-9a-f]{64}")
_RANK = {word: rank for rank, word in enumerate(WORST_FIRST)}
_WORDS = {word: word for word in WORST_FIRST}
_ENVIRONMENT = ("platform", "release", "machine", "emulator", "harness", "ci", "source", "date")
_IMPLEMENTATION = ("name", "version", "language", "homepage", "runtime")


class Place(NamedTuple):
    """Where a result is from, as far as a later result takes the place of an earlier one."""

    agent: str
    platform: str
    emulator: str
    machine: str
    runtime: str


class Fault(NamedTuple):
    """The first case in which a requirement is violated or undetermined, and what happened."""

    case: str
    detail: str


@dataclass(frozen=True, slots=True)
class Result:
    """One run: where, of what, its cells, a word for each requirement, what was wrong, and what was observed."""

    seal: str
    suite: str
    spec: str
    environment: Mapping[str, str]
    implementation: Mapping[str, str]
    ci: bool
    ended: bool
    cells: tuple[Cell, ...]
    verdicts: Mapping[str, str]
    faults: Mapping[str, Fault]
    observed: Mapping[str, Mapping[str, str]]

    @property
    def agent(self) -> str:
        """The implementation's name."""
        return self.implementation["name"]

    @property
    def version(self) -> str:
        """The implementation's version."""
        return self.implementation["version"]

    @property
    def platform(self) -> str:
        """The platform's name in the spec."""
        return self.environment["platform"]

    @property
    def emulator(self) -> str:
        """What stood in for the real system, or nothing."""
        return self.environment["emulator"]

    @property
    def date(self) -> str:
        """The day of the run, or nothing."""
        return self.environment["date"]

    @property
    def place(self) -> Place:
        """Where it is from."""
        where = self.environment
        return Place(self.agent, self.platform, self.emulator, where["machine"], self.implementation["runtime"])


def result(evidence: Evidence, verdicts: Sequence[Verdict], left_out: Mapping[str, int]) -> Result:
    """The result of judged evidence; `left_out` counts unselected cases by primitive."""
    header = evidence.header
    subject = header.agents["subject"]
    implementation = shape.table(subject.get("implementation")) or {}
    runtime = (shape.table(subject.get("platform")) or {}).get("runtime")
    words: dict[str, str] = {}
    faults: dict[str, Fault] = {}
    observed: dict[str, dict[str, str]] = {}
    for verdict in verdicts:
        before = words.get(verdict.requirement)
        if before is None or _RANK[verdict.verdict] < _RANK[before]:
            words[verdict.requirement] = verdict.verdict
            if verdict.verdict in ("violated", "undetermined"):
                faults[verdict.requirement] = Fault(verdict.case, _cut(verdict.detail or verdict.cause))
        if verdict.verdict == "observed":
            observed.setdefault(verdict.requirement, {})[verdict.case] = _cut(verdict.detail)
    return Result(
        seal=evidence.seal,
        suite=_cut(header.suite),
        spec=header.spec,
        environment={key: _cut(header.environment.get(key)) for key in _ENVIRONMENT if key != "ci"},
        implementation={
            **{key: _cut(implementation.get(key)) for key in _IMPLEMENTATION},
            "name": _cut(implementation.get("name") or subject.get("name")),
            "runtime": _cut(runtime),
        },
        ci=header.environment.get("ci") is True,
        ended=evidence.ended,
        cells=tuple(map(_short, cells(evidence, verdicts, left_out))),
        verdicts=dict(sorted(words.items())),
        faults=dict(sorted(faults.items())),
        observed=dict(sorted(observed.items())),
    )


def text(found: Result) -> str:
    """A result as it is kept: JSON, ASCII, the same for the same evidence, a line for each requirement."""
    document = {
        "result": VERSION,
        "evidence": found.seal,
        "suite": found.suite,
        "spec": found.spec,
        "environment": {**found.environment, "ci": found.ci},
        "implementation": found.implementation,
        "ended": found.ended,
        "cells": {cell.primitive: _cell_out(cell) for cell in found.cells},
        "verdicts": found.verdicts,
        "faults": {requirement: list(fault) for requirement, fault in found.faults.items()},
        "observed": found.observed,
    }
    return json.dumps(document, indent=1) + "\n"


def read(text: str, source: str) -> Result:
    """A result from its text; EvidenceError names what is wrong with it."""
    try:
        document = shape.table(json.loads(text))
    except ValueError as error:
        raise EvidenceError(
            f"{source}: not JSON ({error}); make it again with `ipc-conformance matrix judge`"
        ) from error
    if document is None or document.get("result") != VERSION:
        raise EvidenceError(f"{source}: not a result of version {VERSION}; make it with `ipc-conformance matrix judge`")
    where = _Reader(source)
    environment = where.table(document, "environment")
    implementation = where.table(document, "implementation")
    facts = {key: where.text(environment, key) for key in _ENVIRONMENT if key != "ci"}
    identity = {key: where.text(implementation, key) for key in _IMPLEMENTATION}
    ci, ended = environment.get("ci") is True, document.get("ended") is True
    return Result(
        seal=where.seal(document),
        suite=where.text(document, "suite"),
        spec=where.text(document, "spec"),
        environment=facts,
        implementation=identity,
        ci=ci,
        ended=ended,
        cells=tuple(
            Cell(
                identity["name"],
                facts["platform"],
                primitive,
                where.counts(table),
                where.number(table, "left_out"),
                ended,
                ci,
                facts["emulator"],
                facts["source"],
                facts["date"],
                identity["version"],
            )
            for primitive, value in where.table(document, "cells").items()
            for table in (where.cell(primitive, value),)
        ),
        verdicts={key: where.word(key, value) for key, value in where.table(document, "verdicts").items()},
        faults={key: where.fault(key, value) for key, value in where.table(document, "faults").items()},
        observed={
            key: {case: where.text(table, case) for case in table}
            for key, value in where.table(document, "observed").items()
            for table in (where.inner("observed", key, value),)
        },
    )


class _Reader:
    """Values out of a result, each refused by name where it has another shape."""

    def __init__(self, source: str) -> None:
        self._source = source

    def table(self, document: Mapping[str, object], key: str) -> Mapping[str, object]:
        return self.inner("the result", key, document.get(key))

    def inner(self, outer: str, key: str, value: object) -> Mapping[str, object]:
        found = shape.table(value)
        if found is None:
            raise EvidenceError(f"{self._source}: {outer}: {key} is to be an object")
        return found

    def text(self, table: Mapping[str, object], key: str) -> str:
        value = table.get(key)
        if not isinstance(value, str) or len(value) > _TEXT:
            raise EvidenceError(f"{self._source}: {key} is to be a text of at most {_TEXT} characters")
        return value

    def seal(self, document: Mapping[str, object]) -> str:
        found = self.text(document, "evidence")
        if _SEAL.fullmatch(found) is None:
            raise EvidenceError(f"{self._source}: evidence is to be a seal, 64 hexadecimal digits")
        return found

    def number(self, table: Mapping[str, object], key: str) -> int:
        value = shape.whole(table.get(key))
        if value is None or value < 0:
            raise EvidenceError(f"{self._source}: {key} is to be a number, 0 or more")
        return value

    def cell(self, primitive: str, value: object) -> Mapping[str, object]:
        if primitive not in PRIMITIVES:
            raise EvidenceError(f"{self._source}: cells: {primitive!r} is no primitive")
        return self.inner("cells", primitive, value)

    def counts(self, table: Mapping[str, object]) -> Mapping[tuple[str, str], int]:
        return {
            (level, verdict): self.number(words, verdict)
            for level in LEVELS
            for words in (self.table(table, level),)
            for verdict in words
            if self.word(level, verdict)
        }

    def word(self, key: str, value: object) -> str:
        found = _WORDS.get(value) if isinstance(value, str) else None
        if found is None:
            raise EvidenceError(f"{self._source}: {key}: {value!r} is none of {', '.join(VERDICTS)}")
        return found

    def fault(self, key: str, value: object) -> Fault:
        match shape.items(value):
            case [str(case), str(detail)] if len(detail) <= _TEXT:
                return Fault(case, detail)
            case _:
                raise EvidenceError(f"{self._source}: faults: {key} is to be a case and what happened in it")


def _cell_out(cell: Cell) -> Mapping[str, object]:
    return {
        "left_out": cell.left_out,
        **{
            level: {word: cell.count(level, word) for word in WORST_FIRST if cell.count(level, word)}
            for level in LEVELS
        },
    }


def _short(cell: Cell) -> Cell:
    """The cell with what an agent or its environment said cut as it is in the result."""
    return replace(
        cell, agent=_cut(cell.agent), platform=_cut(cell.platform), emulator=_cut(cell.emulator),
        source=_cut(cell.source), date=_cut(cell.date), version=_cut(cell.version),
    )  # fmt: skip


def _cut(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= _TEXT else text[: _TEXT - 3] + "..."
