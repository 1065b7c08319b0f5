"""The report: what is not as expected, each with all that helps, and the support table."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from conformance.assessment import Rules, assess
from conformance.document import Judged, judged
from conformance.evidence import Record
from conformance.front.report import SHOWN, Words, report
from conformance.judge import Verdict
from conformance.plain import Paint
from conformance.tests.made import CASE, OTHER, catalogue, evidence, header, spec, verdict

WORDS = Words(lambda case: f"again {case}", lambda case: f"explain {case}")
RULES = Rules((), (), strict=False, today=date(2030, 1, 1))
RECORD = Record(CASE, "completed", [["call", 1, "server", "pipe", {}], ["reply", 1, {}, None, 0.1]])


def told(*verdicts: Verdict, strict: bool = False, planned: tuple[str, ...] = (CASE,)) -> list[str]:
    run = replace(_run(planned), verdicts=verdicts)
    found = assess(verdicts, "linux", replace(RULES, strict=strict))
    return report(run, found, spec(), WORDS, Paint(on=False))


def test_what_is_as_expected_is_not_listed() -> None:
    lines = told(verdict("holds"), verdict("observed", "", "EPIPE"))

    assert lines[0] == "made 1 on linux ()"
    assert lines[-2:] == ["everything as expected", "1 cases: 1 holds, 1 observed"]


def test_an_unexpected_verdict_has_sentence_source_finding_blame_transcript_and_a_line_to_paste() -> None:
    lines = told(verdict("violated", "finding", "not so: it arrives"))

    assert lines[: lines.index("")] == [
        f"violated  {CASE}",
        "  LS-IO-001 (must): Bytes sent on a stream MUST arrive at the other end complete, in order,",
        "  unchanged, with nothing inserted.",
        *[line for line in lines if line.startswith("  Sources: ")],
        "  Found (finding): server: not so: it arrives",
        "  To blame: the agent, as server",
        "      1 server  pipe  ->  done  (0.1 ms)",
        f"  Again: again {CASE}",
    ]
    assert lines[-2] == "not as expected: 1 violated"


def test_many_unexpected_verdicts_are_all_listed_and_the_first_are_told() -> None:
    lines = told(*(verdict("violated", "finding", f"number {number}") for number in range(SHOWN + 3)))

    assert sum(line == f"violated  {CASE}" for line in lines) == SHOWN
    assert "and 3 more:" in lines
    assert sum(line.startswith(f"  violated  {CASE}  LS-IO-001  number ") for line in lines) == 3
    assert f"see one in full: explain {CASE}" in lines
    assert lines[-2] == f"not as expected: {SHOWN + 3} violated"


def test_a_should_that_is_violated_is_told_once_with_its_cases() -> None:
    lines = told(*(verdict("violated", "finding", "it waits", level="should", case=case) for case in (CASE, OTHER)))

    assert lines[0] == "recommended, and not so (a failure only with --strict):"
    assert sum("LS-IO-001 (must)" in line for line in lines) == 1
    assert f"    violated in {OTHER}: it waits" in lines
    assert lines[-2] == "everything as expected"


def test_the_agents_log_is_told_where_a_case_did_not_complete() -> None:
    record = Record(CASE, "refused", [], "server: not JSON\nstandard error of server: boo\x1b")
    run = judged(evidence(header(), [record]), spec(), catalogue())
    lines = report(run, assess(run.verdicts, "linux", RULES), spec(), WORDS, Paint(on=False))

    assert "  Found (refused): server: not JSON" in lines
    assert "    standard error of server: boo\\x1b" in lines
    assert lines[-2] == "not as expected: 1 undetermined"


def test_a_run_that_lost_cases_says_how_many() -> None:
    run = judged(evidence(header((CASE, OTHER)), [], ended=False), spec(), catalogue())
    lines = report(run, assess(run.verdicts, "linux", RULES), spec(), WORDS, Paint(on=False))

    assert lines[-2] == "incomplete: 2 of 2 cases were not run"


def test_the_support_table_counts_and_names_levels() -> None:
    lines = told(verdict("holds"))

    assert lines[1].split() == [
        "primitive", "support", "level", "must:", "holds", "violated", "undetermined", "unsupported",
        "should:", "holds", "violated",
    ]  # fmt: skip
    assert lines[2].split() == ["unnamed_pipe", "assumed", "0", "0", "1", "0", "0", "0"]


def _run(planned: tuple[str, ...]) -> Judged:
    return judged(evidence(header(planned), [RECORD]), spec(), catalogue())
