"""Whatever ends a run: the evidence is valid, nothing is left behind, and a run can go on from there."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "agents are started through POSIX pipes"

import contextlib
import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from conformance.live.strays import RUN_MARK
from conformance.tests.command_line import (
    CASES,
    DEADLINE,
    ONE_CASE,
    command,
    crooked,
    environment,
    ipc_conformance,
    lines,
    resealed,
)

LONG = ("run", "--agent", "stdlib", "--case", "stream/*/unnamed_pipe/*")
BLOCKED = 'if op == "recv_exact": sys.stdin.read()'


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["here", "in two workers"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_an_interrupted_run_leaves_valid_evidence_and_no_process_and_can_be_resumed(
    workers: tuple[str, ...], number: signal.Signals, tmp_path: Path
) -> None:
    path = tmp_path / "run.jsonl"
    status, err = _interrupted(
        [*LONG, *workers, "--evidence", str(path)], lambda: path.exists() and len(lines_so_far(path)) > 5, number
    )
    some = len(lines(path)) - 1

    resumed = ipc_conformance("run", "--resume", path, "--json")

    assert status == 130
    assert f"run --resume {path}" in err
    assert 0 < some < len(_run(json.loads(resumed.out)))
    assert resumed.status == 0
    document = json.loads(resumed.out)
    assert document["complete"] is True
    cases = [line["case"] for line in lines(path) if "case" in line]
    assert len(cases) == len(set(map(str, cases))) == len({verdict["case"] for verdict in _run(document)})


def test_an_interruption_does_not_wait_for_an_agent_that_hangs(tmp_path: Path) -> None:
    agent, path = crooked(tmp_path, BLOCKED), tmp_path / "run.jsonl"
    begin = time.monotonic()

    status, _ = _interrupted(
        ["run", "--agent-command", agent, "--case", ONE_CASE, "--patience", "300", "--evidence", str(path)],
        path.exists,
        signal.SIGINT,
    )

    assert status == 130
    assert time.monotonic() - begin < 60


def test_a_torn_last_line_is_run_again(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    ipc_conformance("run", "--agent", "stdlib", *CASES, "--evidence", path)
    whole = path.read_bytes()
    path.write_bytes(b"".join(whole.splitlines(keepends=True)[:4]) + b'{"case":"stream/que')

    done = ipc_conformance("run", "--resume", path)

    assert done.status == 0
    assert "judging stdlib  0/9\n" in done.err
    assert len(lines(path)) == 14


def test_resuming_a_finished_run_runs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    ipc_conformance("run", "--agent", "stdlib", *CASES, "--evidence", path)
    before = path.read_bytes()

    done = ipc_conformance("run", "--resume", path)

    assert done.status == 0
    assert "everything as expected" in done.out
    assert path.read_bytes() == before


def test_a_run_is_resumed_only_by_the_same_agent_on_the_same_machine(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    ipc_conformance("run", "--agent", "stdlib", *CASES, "--evidence", path)
    found = lines(path)[:3]
    path.write_text(resealed([{**found[0], "environment": {"platform": "linux", "release": "0.1"}}, *found[1:]]))

    other_machine = ipc_conformance("run", "--resume", path)
    other_agent = ipc_conformance("run", "--resume", path, "--agent", "perl")
    other_cases = ipc_conformance("run", "--resume", path, *CASES)

    assert (other_machine.status, other_agent.status, other_cases.status) == (2, 2, 2)
    assert "is another one than in the evidence" in other_machine.err
    assert "is about the agent stdlib" in other_agent.err
    assert "--case and --resume do not go together" in other_cases.err


def test_without_a_file_nothing_is_left_behind(tmp_path: Path) -> None:
    done = ipc_conformance("run", "--agent", "stdlib", "--case", ONE_CASE, cwd=tmp_path, env={"TMPDIR": str(tmp_path)})

    assert done.status == 0
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_an_agent_leaves_behind_is_ended_and_named(tmp_path: Path) -> None:
    agent = crooked(tmp_path, _LEAVES_ONE_BEHIND)

    done = ipc_conformance("run", "--agent-command", agent, "--case", ONE_CASE)

    assert done.status == 0
    assert "ended a process that an agent had left behind: " in done.err
    assert not _players(str(tmp_path))


_LEAVES_ONE_BEHIND = """
    if op == "send_all":
        import os, signal
        heard, told = os.pipe()
        if os.fork() == 0:
            os.setsid()
            os.closerange(0, 3)
            os.write(told, b"!")
            signal.pause()
        os.read(heard, 1)
"""


def lines_so_far(path: Path) -> list[str]:
    """The whole lines in a file that is still being written."""
    return path.read_text(encoding="ascii").split("\n")[:-1]


def _interrupted(arguments: list[str], far_enough: Callable[[], bool], number: signal.Signals) -> tuple[int, str]:
    """Interrupt a run like a terminal does, once it is far enough; its status and what it says."""
    with tempfile.TemporaryDirectory(prefix="ic-") as temporary:
        run = subprocess.Popen(
            command(*arguments), env=environment({"TMPDIR": temporary}), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        try:
            deadline = time.monotonic() + DEADLINE
            while not ((mark := _mark(run.pid)) and far_enough()):
                assert run.poll() is None, run.communicate()
                assert time.monotonic() < deadline
                os.sched_yield()
            # A terminal signals everything in the foreground, a supervisor only what it has started.
            (os.killpg if number == signal.SIGINT else os.kill)(run.pid, number)
            _, err = run.communicate(timeout=DEADLINE)
        finally:
            run.kill()
            run.communicate()
        assert not _players(mark), "agents outlive their run"
        return run.returncode, err


def _mark(pid: int) -> str | None:
    """What all agents of a run carry; None while none runs."""
    with contextlib.suppress(psutil.Error):
        for process in psutil.Process(pid).children(recursive=True):
            if RUN_MARK in process.environ():
                return process.environ()[RUN_MARK].partition("-")[0]
    return None


def _players(word: str) -> list[psutil.Process]:
    """Living processes with `word` in their command or as their run's mark."""
    found: list[psutil.Process] = []
    for process in psutil.process_iter():
        try:
            marked = process.environ().get(RUN_MARK, "").startswith(word)
            if process.pid != os.getpid() and (marked or any(word in part for part in process.cmdline()[2:])):
                found.append(process)
        except psutil.Error:
            continue
    return found


def _run(document: dict[str, list[dict[str, str]]]) -> list[dict[str, str]]:
    return [verdict for verdict in document["verdicts"] if verdict["verdict"] in ("holds", "observed")]
