"""Results: what is kept of a run, read again as it was written, and refused by name where it was not."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from conformance.evidence import Evidence, EvidenceError, Header
from conformance.judge import Verdict
from matrix.results import Fault, read, result, text
from matrix.tests import made

PIPE, OTHER = "stream/x/unnamed_pipe/blocking/size=1", "stream/x/unnamed_pipe/blocking/size=2"


def verdict(word: str, *, case: str = PIPE, requirement: str = "LS-IO-001", detail: str = "") -> Verdict:
    return Verdict(case, requirement, "must", word, "", detail, "")


def evidence(name: str = "made") -> Evidence:
    subject = {"name": "ssh", "implementation": {"name": name, "version": "1"}, "platform": {"runtime": "cpython 3"}}
    return Evidence(
        Header("0.1", "0" * 64, {"platform": "linux", "ci": True}, {"subject": subject}, {}, ()), {}, True, "f" * 64, 0
    )


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (("holds", "holds"), "holds"),
        (("holds", "violated"), "violated"),
        (("undetermined", "holds"), "undetermined"),
        (("violated", "undetermined"), "violated"),
        (("unsupported", "holds"), "holds"),
        (("inapplicable", "unsupported"), "unsupported"),
    ],
)
def test_a_requirement_gets_the_worst_word_of_its_cases(words: tuple[str, str], kept: str) -> None:
    found = result(evidence(), [verdict(words[0]), verdict(words[1], case=OTHER)], {})

    assert found.verdicts == {"LS-IO-001": kept}


def test_the_first_case_that_is_as_bad_as_the_word_is_kept_with_what_happened() -> None:
    verdicts = [verdict("holds"), verdict("violated", case=OTHER, detail="lost a byte")]

    assert result(evidence(), verdicts, {}).faults == {"LS-IO-001": Fault(OTHER, "lost a byte")}


def test_observed_values_are_kept_by_case() -> None:
    verdicts = [verdict("observed", detail="1"), verdict("observed", case=OTHER, detail="2")]

    assert result(evidence(), verdicts, {}).observed == {"LS-IO-001": {PIPE: "1", OTHER: "2"}}


def test_what_an_agent_says_at_length_is_cut() -> None:
    found = result(evidence("x" * 1000), [verdict("violated", detail="y" * 1000)], {})

    assert len(found.agent) == 200
    assert len(found.faults["LS-IO-001"].detail) == 200
    assert read(text(found), "r.json") == found


def test_a_result_is_read_as_it_was_written() -> None:
    found = made.result(
        violated=1, faults={"LS-IO-001": Fault(PIPE, "\u202elost")}, observed={"LS-IO-002": {PIPE: "\x1b[31m"}},
        emulator="wine", homepage="https://example.org",
    )  # fmt: skip

    assert read(text(found), "r.json") == found
    assert text(found).isascii()


def changed(change: Callable[[dict[str, object]], object]) -> str:
    document: dict[str, object] = json.loads(text(made.result()))
    change(document)
    return json.dumps(document)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "r.json: not JSON"),
        ("[]", "not a result of version 1"),
        (changed(lambda document: document.update(result=2)), "not a result of version 1"),
        (changed(lambda document: document.update(environment=[])), "environment is to be an object"),
        (changed(lambda document: document.update(implementation={})), "name is to be a text"),
        (changed(lambda document: document.update(suite="x" * 201)), "suite is to be a text of at most 200"),
        (changed(lambda document: document.update(evidence="../" + "0" * 61)), "evidence is to be a seal"),
        (changed(lambda document: document.update(verdicts={"A": "splendid"})), "A: 'splendid' is none of"),
        (changed(lambda document: document.update(verdicts={"A": []})), "is none of"),
        (changed(lambda document: document.update(cells={"door": {}})), "'door' is no primitive"),
        (changed(lambda document: document.update(cells={"fifo": {}})), "left_out is to be|must is to be"),
        (changed(lambda document: document.update(cells={"fifo": {"left_out": -1}})), "must is to be|0 or more"),
        (changed(lambda document: document.update(faults={"A": ["only one"]})), "A is to be a case and what happened"),
        (changed(lambda document: document.update(observed={"A": []})), "A is to be an object"),
    ],
)
def test_a_mistake_in_a_result_is_named(content: str, told: str) -> None:
    with pytest.raises(EvidenceError, match=told):
        read(content, "r.json")
