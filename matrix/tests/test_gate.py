"""The gate's rules, as tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from matrix.claims import Claims
from matrix.gate import Word, check, compare, major
from matrix.results import Result
from matrix.tests.made import PLATFORM, claims, result, seen

NOTHING = claims('[[platform]]\ntitle = "Redox"\nname = "redox"\nclaim = "assumed"\nrelies_on = "Luck."')
EXPLICIT = claims(PLATFORM + 'claim = "explicit"\nprimitives = ["unnamed_pipe"]')
ASSUMED = claims(PLATFORM + 'claim = "assumed"\nprimitives = ["unnamed_pipe"]')
WITHOUT_CI = claims(PLATFORM + 'claim = "explicit without CI"\nprimitives = ["unnamed_pipe"]')
UNSUPPORTED = claims(PLATFORM + 'claim = "unsupported"\nprimitives = ["unnamed_pipe"]')
GOOD, BY_HAND, BROKEN = result(), result(ci=False), result(violated=1)
OLD = result(day="2026-01-01")


def kinds(now: list[Result], claimed: Claims, before: list[Result] | None = None, then: Claims | None = None,
          today: date = date(2026, 6, 1)) -> list[str]:  # fmt: skip
    baseline = None if before is None else seen(*before, claimed=then or claimed, today=today)
    return [finding.kind for finding in check(seen(*now, claimed=claimed, today=today), baseline)]


@pytest.mark.parametrize(
    ("now", "claimed", "found"),
    [
        ([GOOD], EXPLICIT, []),
        ([BY_HAND], EXPLICIT, ["overclaimed"]),
        ([], EXPLICIT, ["overclaimed"]),
        ([BROKEN], ASSUMED, ["overclaimed"]),
        ([], ASSUMED, []),
        ([], UNSUPPORTED, []),
        ([BROKEN], UNSUPPORTED, []),
        ([result(emulator="wine")], EXPLICIT, ["overclaimed"]),
        ([result(emulator="wine", violated=1)], ASSUMED, []),
        ([OLD], EXPLICIT, ["overclaimed", "stale"]),
        ([replace(OLD, ci=False)], WITHOUT_CI, ["stale"]),
        ([OLD], ASSUMED, ["promotion"]),
        ([GOOD], ASSUMED, ["promotion"]),
        ([BY_HAND], ASSUMED, ["promotion"]),
        ([GOOD], UNSUPPORTED, ["promotion"]),
        ([result(agent="another")], EXPLICIT, ["overclaimed"]),
    ],
)
def test_claims_are_measured_by_the_evidence_of_today(now: list[Result], claimed: Claims, found: list[str]) -> None:
    assert kinds(now, claimed) == found


@pytest.mark.parametrize(
    ("before", "then", "now", "claimed", "found"),
    [
        ([GOOD], NOTHING, [GOOD], NOTHING, []),
        ([BY_HAND], NOTHING, [GOOD], NOTHING, []),
        ([], NOTHING, [BROKEN], NOTHING, []),
        ([GOOD], NOTHING, [BY_HAND], NOTHING, ["demoted"]),
        ([GOOD], NOTHING, [BROKEN], NOTHING, ["demoted"]),
        ([GOOD], NOTHING, [], NOTHING, ["demoted"]),
        ([BROKEN], NOTHING, [], NOTHING, []),
        ([GOOD], NOTHING, [result(primitives=("fifo",))], NOTHING, ["demoted"]),
        ([GOOD], NOTHING, [result(primitives=("fifo", "unnamed_pipe"))], NOTHING, []),
        ([GOOD], NOTHING, [result(version="1.9", ci=False)], NOTHING, ["demoted"]),
        ([GOOD], NOTHING, [result(version="2.0", ci=False)], NOTHING, []),
        ([GOOD], NOTHING, [result(version="2.0", violated=1)], NOTHING, []),
        ([result(version="0.1")], NOTHING, [result(version="0.2", violated=1)], NOTHING, ["demoted"]),
        ([result(emulator="wine")], NOTHING, [result(emulator="wine", violated=1)], NOTHING, []),
        ([GOOD], EXPLICIT, [GOOD], ASSUMED, ["demoted", "promotion"]),
        ([GOOD], ASSUMED, [GOOD], EXPLICIT, []),
        ([GOOD], EXPLICIT, [result(version="2.0")], ASSUMED, ["promotion"]),
        ([GOOD], EXPLICIT, [BROKEN], EXPLICIT, ["overclaimed"]),
        ([GOOD], EXPLICIT, [], NOTHING, ["demoted"]),
    ],
)
def test_a_demotion_takes_a_new_major_version(
    before: list[Result], then: Claims, now: list[Result], claimed: Claims, found: list[str]
) -> None:
    assert kinds(now, claimed, before, then) == found


def test_time_alone_makes_evidence_stale_and_is_no_demotion() -> None:
    assert kinds([GOOD], NOTHING, [GOOD], today=date(2027, 1, 1)) == []


def test_a_finding_names_what_it_is_about() -> None:
    (finding,) = check(seen(BY_HAND, claimed=EXPLICIT), None)

    assert finding.fails
    assert finding.text == ("made on Linux, unnamed_pipe: claimed explicit, the evidence carries explicit without CI")


def test_a_suggestion_does_not_close_the_gate() -> None:
    (finding,) = check(seen(GOOD, claimed=ASSUMED), None)

    assert not finding.fails


@pytest.mark.parametrize(("version", "number"), [("1.2", 1), ("v12", 12), ("", 0), ("dev", 0), ("0.9", 0)])
def test_the_major_version_is_the_first_number(version: str, number: int) -> None:
    assert major(version) == number


H, O, V, U, S, I = map(Word, ("holds", "observed", "violated", "undetermined", "unsupported", "inapplicable"))  # noqa: E741


@pytest.mark.parametrize(
    ("before", "after", "kind", "regression"),
    [
        (H, H, "unchanged", False),
        (V, V, "unchanged", False),
        (None, H, "added", False),
        (None, V, "added", False),
        (H, None, "deleted", True),
        (O, None, "deleted", True),
        (V, None, "deleted", False),
        (U, None, "deleted", False),
        (S, None, "deleted", False),
        (I, None, "deleted", False),
        (H, V, "changed", True),
        (H, U, "changed", True),
        (H, S, "changed", True),
        (H, I, "changed", True),
        (H, O, "changed", False),
        (O, V, "changed", True),
        (Word("observed", "1"), Word("observed", "2"), "changed", False),
        (V, H, "changed", False),
        (V, U, "changed", False),
        (U, V, "changed", False),
        (S, V, "changed", False),
    ],
)
def test_losing_what_passed_is_a_regression_and_nothing_else_is(
    before: Word | None, after: Word | None, kind: str, regression: bool
) -> None:
    (change,) = compare({} if before is None else {"x": before}, {} if after is None else {"x": after})

    assert (change.kind, change.regression) == (kind, regression)


def test_changes_are_in_the_order_of_their_names() -> None:
    assert [change.what for change in compare({"b": H, "c": H}, {"a": V, "c": H})] == ["a", "b", "c"]
