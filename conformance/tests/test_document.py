"""The JSON document: a function of the evidence and of nothing else."""

from __future__ import annotations

import json

import pytest

from conformance import shape
from conformance.document import document, judged, reproduce, text
from conformance.evidence import Evidence, Record
from conformance.judge import VERDICTS
from conformance.tests.made import CASE, OTHER, catalogue, evidence, header, spec

RECORD = Record(CASE, "hung", [["call", 1, "server", "pipe", {"receiver": "h1", "sender": "h2"}], ["hung", 1, "no"]])


def told(found: Evidence) -> dict[str, object]:
    made: dict[str, object] = json.loads(text(judged(found, spec(), catalogue())))
    return made


def test_the_same_evidence_gives_the_same_bytes() -> None:
    found = evidence(header((CASE, OTHER)), [RECORD])

    assert text(judged(found, spec(), catalogue())) == text(judged(found, spec(), catalogue()))
    assert text(judged(found, spec(), catalogue())).isascii()


def test_verdicts_are_counted_by_every_word_there_is() -> None:
    made = told(evidence(header((CASE, OTHER)), [RECORD]))

    counts = shape.table(made["counts"]) or {}
    assert list(counts) == list(VERDICTS)
    assert {verdict for verdict, count in counts.items() if count} <= {"undetermined", "inapplicable"}
    assert counts["undetermined"] == 2


def test_it_is_complete_only_when_every_planned_case_has_a_record() -> None:
    assert told(evidence(header(), [RECORD]))["complete"] is True
    assert told(evidence(header((CASE, OTHER)), [RECORD]))["complete"] is False
    assert told(evidence(header(), [RECORD], ended=False))["complete"] is False


def test_a_planned_case_that_the_suite_does_not_know_any_more_makes_it_incomplete() -> None:
    run = judged(evidence(header((CASE, "stream/gone/fifo/blocking")), [RECORD]), spec(), catalogue())

    assert run.orphans == ("stream/gone/fifo/blocking",)
    assert document(run)["complete"] is False


def test_support_counts_by_level_of_requirement() -> None:
    support = told(evidence(header(), [RECORD]))["support"]

    assert isinstance(support, dict)
    assert support["unnamed_pipe"] == {
        "level": "assumed", "complete": False,
        "counts": {"must": {"undetermined": 1}, "should": {}, "may": {}},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("selection", "commands", "line"),
    [
        ({"agent": "perl"}, {}, f"run --agent perl --case {CASE}"),
        ({"agent": None}, {}, f'run --agent-command "$AGENT_COMMAND" --case {CASE}'),
        ({"agent": None}, {"agent_command": "./my agent"}, f"run --agent-command './my agent' --case {CASE}"),
        (
            {"agent": "perl", "witness": "own"}, {},
            f'run --agent perl --witness-command "$WITNESS_COMMAND" --case {CASE}',
        ),
        (
            {"agent": "perl", "witness": "own"}, {"witness_command": "ssh h w"},
            f"run --agent perl --witness-command 'ssh h w' --case {CASE}",
        ),
    ],
)  # fmt: skip
def test_a_case_is_reproduced_by_one_line(selection: dict[str, object], commands: dict[str, str], line: str) -> None:
    assert reproduce(selection, CASE, **commands) == line
