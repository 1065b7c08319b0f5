"""Which cases are run: globs, shards, and what is said where nothing is left."""

from __future__ import annotations

import pytest

from conformance.plan import plan
from conformance.requirements import SpecError
from conformance.selection import NothingSelected, Shard, UnknownName, matching, missing_shards, select
from conformance.tests.made import CASE, OTHER, all_claims, catalogue, everything, spec


def test_a_glob_crosses_slashes() -> None:
    chosen = select(everything(), ["stream/queued*size=256"], None)

    assert CASE in [planned.id for planned in chosen]
    assert {planned.params["size"] for planned in chosen} == {256}


def test_an_id_selects_one_case() -> None:
    assert [planned.id for planned in select(everything(), [CASE], None)] == [CASE]


def test_globs_add_up_in_the_order_of_the_plan() -> None:
    assert [planned.id for planned in select(everything(), [CASE, OTHER, CASE], None)] == [OTHER, CASE]


def test_a_glob_is_about_upper_and_lower_case() -> None:
    with pytest.raises(UnknownName):
        matching("STREAM/*", [CASE])


def test_a_theme_without_its_wildcard_is_told_the_glob() -> None:
    with pytest.raises(UnknownName, match=r"no case 'stream'; near it: stream/\*"):
        matching("stream", [CASE])


def test_a_name_like_no_other_gets_no_hint() -> None:
    with pytest.raises(UnknownName, match=r"^no agent 'zzz'$"):
        raise UnknownName("agent", "zzz", ["stdlib", "perl"])


def test_cases_that_fit_but_are_out_say_why() -> None:
    without_pipes = plan(spec(), catalogue().values(), "linux", set(all_claims()) - {"unnamed_pipe"})

    with pytest.raises(NothingSelected, match="each of them is out: the agent does not claim unnamed_pipe"):
        select(without_pipes, [CASE], None)


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_shards_share_out_the_plan(count: int) -> None:
    cases = [planned.id for planned in everything()]

    parts = [[case for case in cases if Shard(number, count).holds(case)] for number in range(1, count + 1)]

    assert sorted(case for part in parts for case in part) == sorted(cases)
    assert max(map(len, parts)) < 2 * len(cases) / count


def test_a_case_stays_in_its_shard_whatever_other_cases_there_are() -> None:
    # Written down, because a change would put the shards of two versions of the suite out of step.
    assert [Shard(number, 4).holds(CASE) for number in (1, 2, 3, 4)] == [False, False, False, True]


def test_a_shard_without_cases_is_nothing_to_run() -> None:
    empty = next(shard for shard in (Shard(1, 2), Shard(2, 2)) if not shard.holds(CASE))

    with pytest.raises(NothingSelected, match=f"no case falls into shard {empty}"):
        select(everything(), [CASE], empty)


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "1/0", "a/b", "-1/2", "1/2/3", " 1/2", ""])
def test_a_shard_is_one_of_so_many(text: str) -> None:
    with pytest.raises(SpecError, match="is to be I/N"):
        Shard.parse(text)


def test_missing_shards_are_found() -> None:
    assert missing_shards([Shard(1, 3), Shard(3, 3)]) == [Shard(2, 3)]
    assert missing_shards([Shard(1, 2), Shard(2, 2)]) == []
    assert missing_shards([None]) == []
    assert missing_shards([Shard(1, 2), Shard(2, 3), Shard(3, 3)]) == [Shard(1, 3)]
