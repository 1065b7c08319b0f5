"""What fails a run, and with which exit status."""

from __future__ import annotations

from datetime import date

import pytest

from conformance.assessment import Assessment, Rules, assess
from conformance.document import requirements_by_case
from conformance.expectations import parse
from conformance.judge import Verdict
from conformance.tests.made import OTHER, everything, spec, verdict
from conformance.tests.test_expectations import GOOD

TODAY = date(2030, 6, 30)
KNOWN = "not so: exactly the bytes that were sent arrive"


def assessed(
    *verdicts: Verdict, strict: bool = False, known: str = "", today: date = TODAY, platform: str = "linux"
) -> Assessment:
    expectations = parse(known, "made.toml", spec(), requirements_by_case(everything()))
    return assess(verdicts, platform, Rules(expectations, (), strict, today))


@pytest.mark.parametrize(
    ("word", "level", "strict", "status"),
    [
        ("holds", "must", False, 0),
        ("observed", "must", True, 0),
        ("unsupported", "must", True, 0),
        ("inapplicable", "must", True, 0),
        ("violated", "must", False, 1),
        ("violated", "should", False, 0),
        ("violated", "should", True, 1),
        ("violated", "may", True, 0),
        ("undetermined", "must", False, 1),
        ("undetermined", "should", False, 1),
        ("undetermined", "may", True, 0),
    ],
)
def test_a_verdict_fails_a_run_by_its_level(word: str, level: str, strict: bool, status: int) -> None:
    found = assessed(verdict(word, "finding", "x", level=level), strict=strict)

    assert found.status(complete=True) == status


def test_a_should_that_is_tolerated_is_still_told() -> None:
    violated = verdict("violated", "finding", "x", level="should")

    assert assessed(violated).tolerated == (violated,)


def test_what_an_emulator_does_not_show_is_told_and_fails_nothing() -> None:
    hidden = verdict("undetermined", "emulator")
    found = assessed(hidden)

    assert found.tolerated == (hidden,)
    assert found.unexpected == ()
    assert found.status(complete=True) == 0


def test_a_case_that_was_not_run_is_incomplete_and_not_unexpected() -> None:
    found = assessed(verdict("undetermined", "not run"))

    assert found.unexpected == ()
    assert found.status(complete=True) == 3


@pytest.mark.parametrize(("complete", "below", "status"), [(False, True, 3), (True, True, 5), (True, False, 0)])
def test_what_was_not_seen_comes_before_the_level(complete: bool, below: bool, status: int) -> None:
    assert assessed(verdict("holds")).status(complete=complete, below_level=below) == status


def test_what_is_wrong_comes_before_what_was_not_seen() -> None:
    found = assessed(verdict("violated", "finding", "x"), verdict("undetermined", "not run", case=OTHER))

    assert found.status(complete=False, below_level=True) == 1


def test_a_known_violation_is_as_expected() -> None:
    found = assessed(verdict("violated", "finding", KNOWN), known=GOOD)

    assert found.status(complete=True) == 0
    assert [known.owner for _, known in found.expected] == ["the port's maintainers"]


def test_a_known_violation_that_fails_otherwise_is_unexpected() -> None:
    found = assessed(verdict("violated", "hung", "no reply to recv within 10 s"), known=GOOD)

    assert found.status(complete=True) == 1
    assert "expects another violation here: finding" in found.unexpected[0].remark


def test_a_known_violation_expires_after_its_day() -> None:
    violated = verdict("violated", "finding", KNOWN)

    on_the_day = assessed(violated, known=GOOD, today=date(2030, 6, 30))
    after_it = assessed(violated, known=GOOD, today=date(2030, 7, 1))

    assert on_the_day.status(complete=True) == 0
    assert after_it.status(complete=True) == 1
    assert "expected this until 2030-06-30" in after_it.unexpected[0].remark
    assert "expired on 2030-06-30; ask the port's maintainers" in after_it.faults[0]


def test_a_known_violation_counts_on_its_platforms_only() -> None:
    found = assessed(verdict("violated", "finding", KNOWN), known=GOOD, platform="windows")

    assert found.status(complete=True) == 1
    assert found.faults == ()


def test_a_stale_expectation_fails_a_run_in_which_everything_holds() -> None:
    found = assessed(verdict("holds"), known=GOOD)

    assert found.unexpected == ()
    assert found.status(complete=True) == 1


def test_an_expectation_excuses_only_what_is_violated() -> None:
    found = assessed(verdict("undetermined", "finding", KNOWN), known=GOOD)

    assert len(found.unexpected) == 1
