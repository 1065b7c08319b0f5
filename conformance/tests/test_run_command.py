"""A run as a whole: evidence, shards, workers, JUnit, a terminal, and a place that cannot meddle."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "agents are started through POSIX pipes"

import contextlib
import json
import os
import pty
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

from conformance import shape
from conformance.tests.command_line import (
    BENT,
    CASES,
    DEADLINE,
    ONE_CASE,
    STDLIB,
    command,
    crooked,
    environment,
    ipc_conformance,
    lines,
    resealed,
)


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


def test_an_agent_on_another_machine_brings_its_own_witness(tmp_path: Path) -> None:
    ssh, path = tmp_path / "ssh", tmp_path / "run.jsonl"
    ssh.write_text('#!/bin/sh\nshift\nexec "$@"\n')
    ssh.chmod(0o755)
    there = f"{ssh} host {sys.executable} -I -S {STDLIB}"

    done = ipc_conformance("run", "--agent-command", there, *CASES, "--evidence", path, "--json")

    (verdict, *_) = [found for found in json.loads(done.out)["verdicts"] if found["verdict"] == "holds"]
    selection = shape.table(lines(path)[0]["selection"]) or {}
    assert done.status == 0
    assert (selection["agent"], selection["witness"]) == (None, "agent")
    assert verdict["reproduce"].startswith('ipc-conformance run --agent-command "$AGENT_COMMAND" --case ')


def test_a_witness_of_ones_own_is_part_of_the_line_that_reproduces() -> None:
    witness = f"{sys.executable} -I -S {STDLIB}"

    done = ipc_conformance("run", "--agent", "stdlib", "--witness-command", witness, "--case", ONE_CASE, "--json")

    (verdict, *_) = [found for found in json.loads(done.out)["verdicts"] if found["case"] == ONE_CASE]
    assert done.status == 0
    assert verdict["reproduce"] == (
        f'ipc-conformance run --agent stdlib --witness-command "$WITNESS_COMMAND" --case {ONE_CASE}'
    )


def test_the_first_progress_comes_before_pytest_has_anything_to_say(tmp_path: Path) -> None:
    slow = crooked(tmp_path, 'import time\n    if op == "send_all": time.sleep(0.5)')

    done = ipc_conformance("run", "--agent-command", slow, "--case", ONE_CASE)

    assert done.status == 0
    assert done.err.startswith("judging crooked  0/1\n")


def test_a_terminal_has_one_progress_line_that_goes_away_and_colour(tmp_path: Path) -> None:
    plain = _on_a_terminal({"TERM": "xterm", "NO_COLOR": "1"}, tmp_path)
    painted = _on_a_terminal({"TERM": "xterm"}, tmp_path)

    assert plain.startswith("\rjudging stdlib  0/12")
    assert plain.rpartition("\x1b[K")[0].endswith("\r")
    assert "\x1b[3" not in plain
    assert "\x1b[32meverything as expected\x1b[0m\r\n" in painted


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
