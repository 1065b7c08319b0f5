"""A run as a whole: evidence that survives whatever ends it, shards, workers, JUnit, and a place that cannot meddle."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "agents are started through POSIX pipes"

import contextlib
import json
import os
import pty
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import psutil
import pytest

from conformance import shape
from conformance.agent import RUN_MARK
from conformance.tests.command_line import (
    BENT,
    CASES,
    DEADLINE,
    ONE_CASE,
    command,
    crooked,
    environment,
    ipc_conformance,
    lines,
    resealed,
)  # fmt: skip

LONG = ("run", "--agent", "stdlib", "--case", "stream/*/unnamed_pipe/*")
BLOCKED = 'if op == "recv_exact": sys.stdin.read()'


def test_judge_gives_byte_for_byte_the_document_of_the_run(tmp_path: Path) -> None:
    agent, path = crooked(tmp_path, BENT), tmp_path / "run.jsonl"
    run = ipc_conformance("run", "--agent-command", agent, *CASES, "--evidence", path, "--json")

    again = ipc_conformance("judge", path, "--json")

    assert run.status == again.status == 1
    assert run.out == again.out
    assert json.loads(run.out)["counts"]["violated"] > 0


def test_an_edited_observation_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    ipc_conformance("run", "--agent", "stdlib", *CASES, "--evidence", path)
    text = path.read_text()
    path.write_text(text.replace('"length":256', '"length":255', 1))

    done = ipc_conformance("judge", path)

    assert done.status == 2
    assert ": the seal does not fit: this line or the one before was changed, lost or moved" in done.err


def test_a_transcript_that_does_not_fit_the_scenario_is_stale_and_never_green(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    ipc_conformance("run", "--agent", "stdlib", "--case", ONE_CASE, "--evidence", path)
    found = lines(path)
    path.write_text(resealed(json.loads(json.dumps(found).replace('"length": 256', '"length": 255'))))

    done = ipc_conformance("judge", path, "--json")

    (verdict,) = [verdict for verdict in json.loads(done.out)["verdicts"] if verdict["case"] == ONE_CASE]
    assert done.status == 1
    assert (verdict["verdict"], verdict["cause"]) == ("undetermined", "stale")


def test_evidence_is_for_its_owner_and_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    ipc_conformance("run", "--agent", "stdlib", "--case", ONE_CASE, "--evidence", path)
    before = path.read_bytes()

    again = ipc_conformance("run", "--agent", "stdlib", "--case", ONE_CASE, "--evidence", path)

    assert path.stat().st_mode & 0o777 == 0o600
    assert again.status == 2
    assert f"{path} exists; go on with it by --resume" in again.err
    assert path.read_bytes() == before


def test_evidence_holds_no_variable_user_or_home(tmp_path: Path) -> None:
    path, secret = tmp_path / "run.jsonl", "a-secret-of-the-environment"
    home = tmp_path / "home-of-somebody"
    home.mkdir()
    agent = crooked(home, BENT)

    ipc_conformance(
        "run", "--agent-command", agent, *CASES, "--evidence", path,
        env={"TOKEN": secret, "HOME": str(home), "USER": "somebody-special", "LOGNAME": "somebody-special"},
    )  # fmt: skip

    text = path.read_text()
    assert len(lines(path)) == 14
    assert not [word for word in (secret, "home-of-somebody", "somebody-special", os.uname().nodename) if word in text]


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
        lambda: path.exists() and bool(_players(str(tmp_path))),
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


def test_shards_together_are_the_plan_and_judge_like_one_run(tmp_path: Path) -> None:
    whole = ipc_conformance("run", "--agent", "stdlib", *CASES, "--json")
    paths = [tmp_path / f"{number}.jsonl" for number in (1, 2, 3)]
    for number, path in enumerate(paths, 1):
        shard = f"{number}/3"
        assert ipc_conformance("run", "--agent", "stdlib", *CASES, "--shard", shard, "--evidence", path).status == 0

    together = ipc_conformance("judge", *paths, "--json")
    without_one = ipc_conformance("judge", *paths[:2], "--json")

    assert together.status == 0
    assert together.out == whole.out
    assert without_one.status == 3
    assert "shard 3/3 is missing" in without_one.err
    assert json.loads(without_one.out)["complete"] is False


def test_shards_that_lost_a_case_are_not_the_plan(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.jsonl" for number in (1, 2)]
    for number, path in enumerate(paths, 1):
        ipc_conformance("run", "--agent", "stdlib", *CASES, "--shard", f"{number}/2", "--evidence", path)
    found = lines(paths[0])
    planned = shape.texts(found[0]["planned"])
    assert planned
    kept, lost = planned[:-1], planned[-1]
    others = [line for line in found[1:] if line.get("case") != lost]
    paths[0].write_text(resealed([{**found[0], "planned": kept}, *others]))
    other = tmp_path / "other.jsonl"
    ipc_conformance("run", "--agent", "stdlib", *CASES[:2], "--shard", "1/2", "--evidence", other)

    without_it = ipc_conformance("judge", *paths)
    mixed = ipc_conformance("judge", other, paths[1])

    assert (without_it.status, mixed.status) == (3, 3)
    assert f"1 cases of the plan are in none of the shards, such as {lost}" in without_it.err
    assert "the parts were selected by different --case or -k" in mixed.err


def test_evidence_of_different_agents_is_judged_apart(tmp_path: Path) -> None:
    one, two = tmp_path / "1.jsonl", tmp_path / "2.jsonl"
    ipc_conformance("run", "--agent", "stdlib", "--case", ONE_CASE, "--evidence", one)
    ipc_conformance("run", "--agent-command", crooked(tmp_path, "pass"), "--case", ONE_CASE, "--evidence", two)

    text = ipc_conformance("judge", one, two)
    as_json = ipc_conformance("judge", one, two, "--json")

    assert text.status == 0
    assert text.out.count("everything as expected") == 2
    assert as_json.status == 2
    assert as_json.out == ""


def test_workers_do_not_change_the_document() -> None:
    alone = ipc_conformance("run", "--agent", "stdlib", *CASES, "--json")
    spread = ipc_conformance("run", "--agent", "stdlib", *CASES, "--json", "-n", "2")
    by_tx = ipc_conformance("run", "--agent", "stdlib", *CASES, "--json", "--tx", "2*popen")

    assert alone.status == spread.status == by_tx.status == 0
    assert spread.out == alone.out
    assert by_tx.out == alone.out


def test_junit_names_cases_requirements_and_verdicts(tmp_path: Path) -> None:
    agent, path = crooked(tmp_path, BENT), tmp_path / "junit.xml"

    ipc_conformance("run", "--agent-command", agent, *CASES, "--junit", "junit.xml", cwd=tmp_path)

    found = {str(case.get("name")): case for case in ET.parse(path).iter("testcase")}
    bent = found[ONE_CASE]
    assert len(found) == 12
    assert [(p.get("name"), p.get("value")) for p in bent.iter("property")] == [
        ("requirement", "LS-IO-001"), ("verdict", "violated (finding)"),
    ]  # fmt: skip
    (failure,) = bent.iter("failure")
    assert "exactly the bytes that were sent arrive" in str(failure.text)


def test_a_hostile_working_directory_changes_nothing(tmp_path: Path) -> None:
    hostile = "import sys\nsys.stdout.write('MEDDLED')\nsys.exit(77)\n"
    for name in ("conftest.py", "json.py", "pytest.py", "socket.py", "sitecustomize.py", "test_meddling.py", "bad.py"):
        (tmp_path / name).write_text(hostile)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option -p bad\n")
    (tmp_path / "setup.cfg").write_text("[tool:pytest]\naddopts = --no-such-option\n")
    (tmp_path / "tox.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '--no-such-option'\n")
    variables = {"PYTEST_ADDOPTS": "--no-such-option", "PYTEST_PLUGINS": "bad", "PYTHONPATH": str(tmp_path)}
    at_home = ipc_conformance("run", "--agent", "stdlib", *CASES, "--json")

    here = ipc_conformance("run", "--agent", "stdlib", *CASES, "--json", cwd=tmp_path, env=variables)
    spread = ipc_conformance("run", "--agent", "stdlib", *CASES, "--json", "-n2", cwd=tmp_path, env=variables)

    assert at_home.status == here.status == spread.status == 0
    assert at_home.out == here.out == spread.out


def test_selection_by_keyword_is_kept_in_evidence(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"

    done = ipc_conformance("run", "--agent", "stdlib", *CASES, "-k", "fifo and not 256", "--evidence", path)

    header = lines(path)[0]
    assert done.status == 0
    assert header["planned"] == [
        "stream/queued_bytes_arrive/fifo/blocking/size=1", "stream/queued_bytes_arrive/fifo/blocking/size=2000",
    ]  # fmt: skip
    assert header["selection"] == {
        "agent": "stdlib", "witness": "brought", "cases": [CASES[1], CASES[3]], "keyword": "fifo and not 256",
        "shard": None,
    }  # fmt: skip


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


def test_the_first_progress_comes_before_pytest_has_anything_to_say(tmp_path: Path) -> None:
    slow = crooked(tmp_path, 'import time\n    if op == "send_all": time.sleep(0.5)')

    done = ipc_conformance("run", "--agent-command", slow, "--case", ONE_CASE)

    assert done.status == 0
    assert done.err.startswith("judging crooked  0/1\n")


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


def test_a_terminal_has_one_progress_line_that_goes_away_and_colour(tmp_path: Path) -> None:
    plain = _on_a_terminal({"TERM": "xterm", "NO_COLOR": "1"}, tmp_path)
    painted = _on_a_terminal({"TERM": "xterm"}, tmp_path)

    assert plain.startswith("\rjudging stdlib  0/12")
    assert plain.rpartition("\x1b[K")[0].endswith("\r")
    assert "\x1b[3" not in plain
    assert "\x1b[32meverything as expected\x1b[0m\r\n" in painted


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
            while not far_enough():
                assert run.poll() is None, run.communicate()
                assert time.monotonic() < deadline
                os.sched_yield()
            mark = _mark(run.pid)
            # A terminal signals everything in the foreground, a supervisor only what it has started.
            (os.killpg if number == signal.SIGINT else os.kill)(run.pid, number)
            _, err = run.communicate(timeout=DEADLINE)
        finally:
            run.kill()
            run.communicate()
        assert not _players(mark), "agents outlive their run"
        return run.returncode, err


def _on_a_terminal(variables: dict[str, str], directory: Path) -> str:
    """What a run writes to a terminal."""
    ours, theirs = pty.openpty()
    try:
        run = subprocess.Popen(
            command("run", "--agent", "stdlib", *CASES), env=environment({"TMPDIR": str(directory), **variables}),
            stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs,
        )  # fmt: skip
        os.close(theirs)
        shown = b""
        # Linux ends a terminal without writers with EIO, others with an end.
        with contextlib.suppress(OSError):
            while more := os.read(ours, 65536):
                shown += more
        assert run.wait(DEADLINE) == 0
    finally:
        os.close(ours)
    return shown.decode()


def _mark(pid: int) -> str:
    """What all agents of a run carry."""
    for process in psutil.Process(pid).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if RUN_MARK in process.environ():
                return process.environ()[RUN_MARK].partition("-")[0]
    raise AssertionError("no agent runs")


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
