"""The way of cases through one process: what is started ahead, and what a report carries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

from conformance.evidence import Header, Record
from conformance.front.bench import Bench, Order
from conformance.front.embedded import Embedded
from conformance.front.lane import Cargo, Lane
from conformance.plan import Planned
from conformance.tests.made import CASE, OTHER, everything, header


class Watched:
    """A bench and turns that only write down what is asked of them."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def start(self, cases: Sequence[Planned]) -> None:
        self.told.append([planned.id for planned in cases])

    def header(self, planned: Sequence[str]) -> Header:
        return header(planned)

    def share(self) -> None:
        self.told.append("share")

    def alone(self) -> None:
        self.told.append("alone")

    def leave(self) -> None:
        self.told.append("leave")

    def close(self) -> None:
        self.told.append("close")


ONE, TWO = (next(planned for planned in everything() if planned.id == case) for case in (CASE, OTHER))
LONELY = replace(TWO, scenario=replace(TWO.scenario, alone=True))


def steps(planned: Planned, following: Planned | None) -> list[object]:
    watched = Watched()
    lane = Lane(cast("Bench", watched), turns=watched)
    lane.enter(planned, following)
    lane.leave(planned, following)
    return watched.told


def test_the_next_case_is_started_ahead() -> None:
    assert steps(ONE, TWO) == ["share", [CASE, OTHER]]


def test_the_machine_is_let_go_after_the_last_case() -> None:
    assert steps(ONE, None) == ["share", [CASE], "leave"]


def test_a_lonely_case_is_neither_started_ahead_nor_overtaken() -> None:
    assert steps(ONE, LONELY) == ["share", [CASE], "leave"]
    assert steps(LONELY, ONE) == ["alone", [OTHER], "leave"]


def test_a_record_bears_any_text_on_its_way() -> None:
    record = Record(CASE, "completed", [["reply", 1, {"text": "\ud800\x00\U0001f642"}, None, 0.25]], "a note")
    lane = Lane(cast("Bench", Watched()))

    text = lane.pack(record, list)

    assert text.isascii()
    assert Cargo.unpack(text) == Cargo(record, None, None)


def test_only_the_first_report_introduces_the_evidence() -> None:
    lane = Lane(cast("Bench", Watched()), embedded=Embedded(Order(agent="made"), Path("/run.jsonl")))
    record = Record(CASE, "completed", [])

    first, second = (Cargo.unpack(lane.pack(record, lambda: [CASE, OTHER])) for _ in range(2))

    assert (first.file, second.file) == ("/run.jsonl", "/run.jsonl")
    assert first.header == header((CASE, OTHER))
    assert second.header is None
