"""The matrix: the newest run of each place, rows in a stable order, emulators apart."""

from __future__ import annotations

import random

from matrix.tests.made import PLATFORM, claims, result, seen


def test_a_later_run_takes_the_place_of_an_earlier_one_and_of_no_other() -> None:
    old, new, other = result(day="2026-01-01"), result(day="2026-02-01"), result(runtime="pypy 3.11")

    found = seen(old, other, new)

    assert list(found.current) == [new, other]
    assert [one.date for one in found.earlier] == ["2026-01-01"]


def test_a_newer_version_counts_before_a_later_day() -> None:
    found = seen(result(version="1.10", day="2026-01-01"), result(version="1.9", day="2026-02-01"))

    assert [one.version for one in found.current] == ["1.10"]


def test_what_is_superseded_violates_nothing_any_more() -> None:
    found = seen(result(violated=1, day="2026-04-01"), result(day="2026-05-01"))

    assert found.rows[0].levels["unnamed_pipe"].name == "explicit"


def test_what_one_runtime_violates_counts_for_the_platform() -> None:
    found = seen(result(), result(runtime="pypy 3.11", violated=1))

    assert found.rows[0].levels["unnamed_pipe"].name == "unsupported"
    assert found.rows[0].cells["unnamed_pipe"].count("must", "violated") == 1


def test_rows_begin_with_what_is_claimed_and_keep_emulators_apart() -> None:
    results = [
        result(agent="b"), result(agent="a", platform="freebsd"), result(agent="a"), result(emulator="qemu"), result(),
        result(platform="unheard-of"),
    ]  # fmt: skip
    expected = [
        ("made", "linux", ""), ("made", "linux", "qemu"), ("made", "unheard-of", ""), ("a", "linux", ""),
        ("a", "freebsd", ""), ("b", "linux", ""),
    ]  # fmt: skip
    for seed in range(5):
        random.Random(seed).shuffle(results)
        assert [(row.agent, row.platform, row.emulator) for row in seen(*results).rows] == expected


def test_a_platform_without_a_run_has_the_row_of_its_claim() -> None:
    (row,) = seen(claimed=claims(PLATFORM + 'claim = "assumed"')).rows

    assert (row.title, row.results, row.date) == ("Linux", (), "")
    assert {level.name for level in row.levels.values()} == {"assumed"}


def test_an_emulated_row_has_no_claim() -> None:
    (_, row) = seen(result(emulator="qemu")).rows

    assert row.claim is None


def test_releases_are_told_newest_first_by_what_was_known_of_each() -> None:
    found = seen(result(version="1.9", violated=2), result(version="1.10"), result(version="1.10", platform="freebsd"))

    releases = found.releases("made")

    assert [release.version for release in releases] == ["1.10", "1.9"]
    assert [row.platform for row in releases[0].rows] == ["linux", "freebsd"]
    assert releases[1].rows[0].levels["unnamed_pipe"].name == "unsupported"
    assert releases[1].rows[0].cells["unnamed_pipe"].count("must", "violated") == 2
