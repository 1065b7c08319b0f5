"""Levels: nobody has one that the evidence does not carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from conformance.requirements import SpecError, load
from matrix.cells import Cell
from matrix.claims import NONE, Claims, parse_claims
from matrix.levels import Key, levels, load_policy, newer, parse_policy

GOOD = Cell(
    "made", "linux", "fifo", {("must", "holds"): 10, ("should", "holds"): 2, ("must", "unsupported"): 1}, left_out=0,
    ended=True, ci=True, source="somebody", date="2026-01-01", version="1.0",
)  # fmt: skip


def level(*cells: Cell, claims: Claims = NONE, today: date | None = None, emulator: str = "") -> str:
    found = levels(cells, load_policy(), claims, today=today)
    return found[Key("made", "linux", emulator, "fifo")].name


def claims(*entries: str) -> Claims:
    """Claims for `made`, platforms as TOML without what is the same everywhere."""
    tables = (f'[[platform]]\ntitle = "T"\nclaim = "assumed"\nrelies_on = "Nothing."\n{entry}\n' for entry in entries)
    return parse_claims('agent = "made"\n' + "".join(tables), "claims.toml", load().platforms)


CHECKED = claims('name = "linux"\nstatic = ["mypy-linux"]')
ANDROID = claims('name = "linux"', 'name = "android"\nrelative = "linux"\nalike = ["sun_path", "pipe_buf"]')


def counts(**changes: int) -> Mapping[tuple[str, str], int]:
    return {**GOOD.counts, **{("must", word): number for word, number in changes.items()}}


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        (GOOD, "explicit"),
        (replace(GOOD, left_out=1), "assumed"),
        (replace(GOOD, ended=False), "assumed"),
        (replace(GOOD, counts=counts(undetermined=1)), "assumed"),
        (replace(GOOD, ci=False), "explicit without CI"),
        (replace(GOOD, ci=False, source=""), "assumed"),
        (replace(GOOD, ci=False, left_out=1), "assumed"),
        (replace(GOOD, ci=False, ended=False), "assumed"),
        (replace(GOOD, ci=False, counts=counts(undetermined=1)), "assumed"),
        (replace(GOOD, counts=counts(violated=1)), "unsupported"),
        (replace(GOOD, ci=False, counts=counts(violated=1)), "unsupported"),
        (replace(GOOD, counts={("must", "unsupported"): 10}), "unsupported"),
        (replace(GOOD, counts={("must", "observed"): 10}), "assumed"),
        (replace(GOOD, counts={("should", "holds"): 10}), "assumed"),
        (replace(GOOD, counts={**GOOD.counts, ("should", "violated"): 3}), "explicit"),
    ],
)
def test_a_level_takes_its_evidence(cell: Cell, name: str) -> None:
    assert level(cell) == name


def test_a_violation_in_one_run_counts_for_all() -> None:
    assert level(GOOD, replace(GOOD, counts=counts(violated=1))) == "unsupported"


def test_of_several_runs_the_best_decides() -> None:
    assert level(replace(GOOD, ci=False, ended=False), replace(GOOD, ci=False), GOOD) == "explicit"


def test_facts_of_different_runs_are_not_mixed() -> None:
    incomplete_ci, complete_by_nobody = replace(GOOD, left_out=5), replace(GOOD, ci=False, source="")

    assert level(incomplete_ci, complete_by_nobody) == "assumed"


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        (replace(GOOD, ci=False, source=""), "explicit with incomplete CI"),
        (replace(GOOD, ci=False, left_out=1), "assumed"),
        (replace(GOOD, ci=False, agent="another", source=""), "assumed"),
    ],
)
def test_static_checks_in_ci_stand_beside_a_complete_run_from_anywhere(cell: Cell, name: str) -> None:
    found = levels([cell], load_policy(), CHECKED)
    assert found[Key(cell.agent, "linux", "", "fifo")].name == name


@pytest.mark.parametrize(
    ("today", "name"),
    [("2026-01-01", "explicit"), ("2026-04-03", "explicit"), ("2026-04-04", "explicit without CI")],
)
def test_evidence_of_ci_gets_stale(today: str, name: str) -> None:
    assert level(GOOD, today=date.fromisoformat(today)) == name


def test_evidence_without_a_day_is_not_fresh() -> None:
    assert level(replace(GOOD, date=""), today=date(2026, 1, 1)) == "explicit without CI"


def test_a_run_by_hand_is_of_the_release_that_it_was_made_with() -> None:
    by_hand, later = replace(GOOD, ci=False), replace(GOOD, ci=False, platform="macos", version="1.10")

    assert level(by_hand, replace(later, version="1.0")) == "explicit without CI"
    assert level(by_hand, later) == "assumed"


def test_an_emulator_makes_a_row_of_its_own_that_reaches_no_explicit_level() -> None:
    emulated = replace(GOOD, emulator="qemu-s390x")

    assert level(emulated, claims=CHECKED, emulator="qemu-s390x") == "assumed"
    assert level(emulated, claims=CHECKED) == "assumed"
    assert level(GOOD, replace(emulated, counts=counts(violated=1))) == "explicit"
    assert level(replace(GOOD, counts=counts(violated=1)), emulated) == "unsupported"


@pytest.mark.parametrize(
    ("linux", "name"),
    [
        (GOOD, "by association"),
        (replace(GOOD, ci=False), "by association"),
        (replace(GOOD, ci=False, ended=False), "assumed"),
        (replace(GOOD, emulator="wine"), "assumed"),
        (replace(GOOD, counts=counts(violated=1)), "assumed"),
        (replace(GOOD, agent="another"), "assumed"),
        (replace(GOOD, primitive="unnamed_pipe"), "assumed"),
    ],
)
@pytest.mark.parametrize("partial", [True, False])
def test_a_platform_borrows_only_from_its_relative(linux: Cell, name: str, partial: bool) -> None:
    android = [replace(GOOD, platform="android", ci=False, ended=False)] if partial else []

    found = levels([linux, *android], load_policy(), ANDROID)

    assert found[Key("made", "android", "", "fifo")].name == name


def test_what_is_violated_there_is_not_borrowed() -> None:
    android = replace(GOOD, platform="android", counts=counts(violated=1))

    assert levels([GOOD, android], load_policy(), ANDROID)[Key("made", "android", "", "fifo")].name == "unsupported"


def test_association_is_not_handed_on() -> None:
    chain = claims(
        'name = "linux"', 'name = "android"\nrelative = "linux"\nalike = ["sun_path"]',
        'name = "freebsd"', 'name = "netbsd"\nrelative = "freebsd"\nalike = ["sun_path"]',
    )  # fmt: skip

    found = levels([GOOD], load_policy(), chain)

    assert found[Key("made", "android", "", "fifo")].name == "by association"
    assert found[Key("made", "netbsd", "", "fifo")].name == "assumed"


def test_what_is_claimed_to_be_unsupported_is_not_assumed_for_want_of_evidence() -> None:
    unsupported = claims('name = "linux"\nclaims = { fifo = "unsupported" }')

    found = levels([], load_policy(), unsupported)

    assert found[Key("made", "linux", "", "fifo")].name == "unsupported"
    assert found[Key("made", "linux", "", "unnamed_pipe")].name == "assumed"


def test_the_policy_orders_the_six_levels_from_best_to_worst() -> None:
    policy = load_policy()

    assert [found.name for found in policy.levels] == [
        "explicit", "explicit with incomplete CI", "explicit without CI", "by association", "assumed", "unsupported",
    ]  # fmt: skip
    assert [found.rank for found in policy.levels] == [0, 1, 2, 3, 4, 5]
    assert all(found.promise.endswith(".") for found in policy.levels)


@pytest.mark.parametrize(
    ("older", "later"), [("0.9", "0.10"), ("1.0rc1", "1.0"), ("1.0", "1.0.1"), ("", "0.1"), ("5.36.0", "5.38.0")]
)
def test_versions_are_compared_as_numbers(older: str, later: str) -> None:
    assert newer(older) < newer(later)


RULE = '[[level]]\nname = "a"\npromise = "b."\n[[rule]]\nlevel = "a"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[level]]\nname = "a"\npromise = "b."\nrank = 1', "unknown key 'rank'"),
        ('[[levels]]\nname = "a"', "unknown key 'levels'"),
        ('[[rule]]\nlevel = "a"', "the level 'a', which is not defined"),
        (RULE + "proven = true", "last rule is to have no conditions"),
        ('[[level]]\nname = "a"\npromise = "b."', "last rule is to have no conditions"),
        (RULE + "proven = 1", "proven cannot be 1"),
        (RULE + "must_violated = true", "must_violated cannot be"),
        (RULE + "wished = true", "unknown key 'wished'"),
        ("fresh_days = true\n" + RULE, "fresh_days is to be a number"),
        ("level = [1]", "level is to be a list of tables"),
    ],
)
def test_a_mistake_in_a_policy_is_named(text: str, told: str) -> None:
    with pytest.raises(SpecError, match=told):
        parse_policy(text)


def test_a_level_is_found_by_its_name() -> None:
    assert load_policy().level("assumed").rank == 4
    with pytest.raises(SpecError, match="no level 'splendid'; there are: explicit, "):
        load_policy().level("splendid")
