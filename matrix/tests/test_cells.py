"""Cells: what one run says of one primitive, weighed by where and how it ran."""

from __future__ import annotations

import pytest

from conformance.evidence import Evidence, Header
from conformance.judge import Verdict
from matrix.cells import Cell, cells, primitive_of

PIPE, SOCKET = "stream/x/unnamed_pipe/blocking/size=1", "stream/x/local_socket/deadline"


def verdict(case: str, word: str, level: str = "must", cause: str = "") -> Verdict:
    return Verdict(case, "LS-IO-001", level, word, cause, "", "")


def evidence(*, ended: bool = True, **environment: object) -> Evidence:
    where = {"platform": "linux", "harness": "Python", "ci": False, **environment}
    header = Header("1", "0", where, {"subject": {"name": "made"}}, {}, ())
    return Evidence(header, {}, ended, "", 0)


def one(found: Evidence, *verdicts: Verdict, left_out: int = 0) -> Cell:
    (cell,) = cells(found, verdicts, {"unnamed_pipe": left_out})
    return cell


def test_a_cell_counts_the_verdicts_of_its_primitive() -> None:
    pipe = one(
        evidence(), verdict(PIPE, "holds"), verdict(PIPE, "holds"), verdict(PIPE, "violated"),
        verdict(PIPE, "violated", "should"),
    )  # fmt: skip

    assert (pipe.agent, pipe.platform, pipe.primitive) == ("made", "linux", "unnamed_pipe")
    assert pipe.count("must", "holds") == 2
    assert pipe.count("must", "holds", "violated") == 3
    assert pipe.count("should", "violated") == 1
    assert pipe.count("may", "holds") == 0


def test_each_primitive_has_its_own_cell_in_the_order_of_the_spec() -> None:
    found = cells(evidence(), [verdict(PIPE, "holds"), verdict(SOCKET, "holds")], {})

    assert [cell.primitive for cell in found] == ["local_socket", "unnamed_pipe"]


def test_a_primitive_that_the_platform_does_not_have_has_no_cell() -> None:
    assert cells(evidence(), [verdict(PIPE, "inapplicable")], {}) == []


def test_a_primitive_that_the_agent_declines_has_a_cell_and_is_not_offered() -> None:
    assert not one(evidence(), verdict(PIPE, "unsupported"), verdict(PIPE, "inapplicable")).offered
    assert one(evidence(), verdict(PIPE, "unsupported"), verdict(PIPE, "violated")).offered


@pytest.mark.parametrize(
    ("ended", "left_out", "cause", "complete"),
    [(True, 0, "", True), (False, 0, "", False), (True, 1, "", False), (True, 0, "not run", False)],
)
def test_a_cell_is_complete_when_nothing_was_left_out(ended: bool, left_out: int, cause: str, complete: bool) -> None:
    assert one(evidence(ended=ended), verdict(PIPE, "holds", cause=cause), left_out=left_out).complete is complete


def test_where_it_ran_is_the_evidences_word() -> None:
    by_hand = one(evidence(), verdict(PIPE, "holds"))
    in_ci = one(evidence(ci=True), verdict(PIPE, "holds"))
    emulated = one(evidence(emulator="wine"), verdict(PIPE, "holds"))
    claimed = one(evidence(ci="true"), verdict(PIPE, "holds"))

    assert (by_hand.native, by_hand.ci) == (True, False)
    assert in_ci.ci
    assert not emulated.native
    assert not claimed.ci


def test_an_implementation_is_known_by_its_own_name_however_it_was_started() -> None:
    header = Header("1", "0", {"platform": "freebsd", "source": "somebody", "date": "2026-01-01"}, {
        "subject": {"name": "ssh", "implementation": {"name": "ipc", "version": "1.2"}}}, {}, ())  # fmt: skip

    (cell,) = cells(Evidence(header, {}, True, "", 0), [verdict(PIPE, "holds")], {})

    assert (cell.agent, cell.version, cell.source, cell.date) == ("ipc", "1.2", "somebody", "2026-01-01")


def test_a_case_names_its_primitive() -> None:
    assert primitive_of(PIPE) == "unnamed_pipe"
