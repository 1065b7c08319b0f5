"""Turns between workers: cases side by side, a lonely one by itself."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "flock is POSIX only"

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conformance.front.turns import Turns


def take(turn: Callable[[], None], taken: threading.Event) -> None:
    turn()
    taken.set()


def pass_through(turns: Turns) -> None:
    turns.alone()
    turns.leave()


@contextmanager
def workers(directory: Path, count: int) -> Generator[list[Turns]]:
    made = [Turns(directory, "run") for _ in range(count)]
    try:
        yield made
    finally:
        for one in made:
            one.close()


def test_ordinary_cases_run_side_by_side(tmp_path: Path) -> None:
    with workers(tmp_path, 2) as (one, other):
        one.share()
        other.share()
        one.share()


def test_a_lonely_case_waits_for_the_others_and_they_for_it(tmp_path: Path) -> None:
    with workers(tmp_path, 2) as (one, other):
        one.share()
        alone, shared = threading.Event(), threading.Event()
        waiting = threading.Thread(target=take, args=(other.alone, alone))
        waiting.start()
        early = alone.wait(0.05)
        one.leave()
        waiting.join(10)

        next_one = threading.Thread(target=take, args=(one.share, shared))
        next_one.start()
        too_soon = shared.wait(0.05)
        other.leave()
        next_one.join(10)

        assert not early
        assert alone.is_set()
        assert not too_soon
        assert shared.is_set()


def test_two_lonely_cases_do_not_wait_for_each_other(tmp_path: Path) -> None:
    with workers(tmp_path, 2) as (one, other):
        one.share()
        other.share()
        threads = [threading.Thread(target=pass_through, args=(turns,)) for turns in (one, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)

        assert not any(thread.is_alive() for thread in threads)


def test_on_another_machine_the_lock_is_a_temporary_file_that_goes_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    turns = Turns(tmp_path / "elsewhere", "run")

    there = [path.name for path in tmp_path.iterdir()]
    turns.close()

    assert there == ["ipc-conformance-run.lock"]
    assert list(tmp_path.iterdir()) == []
