"""Levels: nobody has one that the evidence does not carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from conformance.requirements import SpecError, load
from matrix.cells import Cell
from matrix.levels import levels, load_policy, parse_policy

GOOD = Cell(
    "made", "linux", "fifo", {("must", "holds"): 10, ("should", "holds"): 2, ("must", "unsupported"): 1}, left_out=0,
    ended=True, native=True, ci=True,
)  # fmt: skip


def level(*cells: Cell) -> str:
    found = levels(cells, load_policy())
    return found["made", "linux", "fifo"].name


def counts(**changes: int) -> Mapping[tuple[str, str], int]:
    return {**GOOD.counts, **{("must", word): number for word, number in changes.items()}}


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        (GOOD, "explicit"),
        (replace(GOOD, native=False), "explicit with incomplete CI"),
        (replace(GOOD, left_out=1), "explicit with incomplete CI"),
        (replace(GOOD, ended=False), "explicit with incomplete CI"),
        (replace(GOOD, counts=counts(undetermined=1)), "explicit with incomplete CI"),
        (replace(GOOD, ci=False), "explicit without CI"),
        (replace(GOOD, ci=False, native=False), "assumed"),
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
    incomplete_ci, complete_by_hand = replace(GOOD, left_out=5), replace(GOOD, ci=False)

    assert level(incomplete_ci, complete_by_hand) == "explicit with incomplete CI"


@pytest.mark.parametrize(
    ("linux", "name"),
    [
        (GOOD, "by association"),
        (replace(GOOD, ci=False), "by association"),
        (replace(GOOD, ci=False, ended=False), "assumed"),
        (replace(GOOD, counts=counts(violated=1)), "assumed"),
        (replace(GOOD, agent="another"), "assumed"),
        (replace(GOOD, primitive="unnamed_pipe"), "assumed"),
    ],
)
def test_a_platform_borrows_only_from_the_one_that_it_is_associated_with(linux: Cell, name: str) -> None:
    android = replace(GOOD, platform="android", ci=False, ended=False)

    found = levels([linux, android], load_policy())

    assert found["made", "android", "fifo"].name == name


def test_what_is_violated_there_is_not_borrowed() -> None:
    android = replace(GOOD, platform="android", counts=counts(violated=1))

    assert levels([GOOD, android], load_policy())["made", "android", "fifo"].name == "unsupported"


def test_association_is_not_handed_on() -> None:
    partial = replace(GOOD, ci=False, ended=False)
    cells = [replace(partial, platform=platform) for platform in ("freebsd", "netbsd")]

    assert {found.name for found in levels(cells, load_policy()).values()} == {"assumed"}


def test_the_policy_orders_the_six_levels_from_best_to_worst() -> None:
    policy = load_policy()

    assert [found.name for found in policy.levels] == [
        "explicit", "explicit with incomplete CI", "explicit without CI", "by association", "assumed", "unsupported",
    ]  # fmt: skip
    assert [found.rank for found in policy.levels] == [0, 1, 2, 3, 4, 5]
    assert all(found.promise.endswith(".") for found in policy.levels)


def test_the_policy_associates_only_platforms_of_the_spec() -> None:
    association = load_policy().association

    assert {*association, *association.values()} <= set(load().platforms)
    assert not set(association) & set(association.values())


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
    ],
)
def test_a_mistake_in_a_policy_is_named(text: str, told: str) -> None:
    with pytest.raises(SpecError, match=told):
        parse_policy(text)


def test_a_level_is_found_by_its_name() -> None:
    assert load_policy().level("assumed").rank == 4
    with pytest.raises(SpecError, match="no level 'splendid'; there are: explicit, "):
        load_policy().level("splendid")
