"""What a user sees of the command line: exit statuses, one clear error, help, and nothing else on standard output."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from conformance.cli import COMMANDS
from conformance.tests.command_line import (
    BENT,
    CASES,
    ONE_CASE,
    STDLIB,
    command,
    crooked,
    environment,
    ipc_conformance,
    lines,
    resealed,
)
from conformance.tests.test_expectations import GOOD

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="agents are started through POSIX pipes")


def test_a_run_that_is_as_expected_ends_with_0_and_says_so() -> None:
    done = ipc_conformance("run", "--agent", "stdlib", *CASES)

    assert done.status == 0
    assert "everything as expected\n12 cases: 12 holds" in done.out
    assert "unnamed_pipe" in done.out
    assert "fifo" in done.out
    assert done.err.startswith("judging stdlib  0/12\n")


def test_a_violation_ends_with_1_and_is_told_with_everything_that_helps(tmp_path: Path) -> None:
    agent = crooked(tmp_path, BENT)

    done = ipc_conformance("run", "--agent-command", agent, "--case", ONE_CASE)

    assert done.status == 1
    told = done.out.partition("\n\n")[0]
    assert told.startswith(f"violated  {ONE_CASE}\n  LS-IO-001 (must): Bytes sent on a stream MUST arrive")
    assert "  Sources: POSIX.1-2024 write()" in told
    assert "  Found (finding): server: not so: exactly the bytes that were sent arrive\n" in told
    assert "  To blame: the agent, as server\n" in told
    assert "server  send_all data=<256 bytes> on=" in told
    assert f"  Again: {told.rpartition('Again: ')[2]}" in told
    assert f"run --agent-command '{agent}' --case {ONE_CASE}" in told
    assert "\nnot as expected: 1 violated\n1 cases: 1 violated; " in done.out


def test_the_line_to_paste_reproduces_a_violation(tmp_path: Path) -> None:
    done = ipc_conformance("judge", _evidence(tmp_path, crooked(tmp_path, BENT)), "--json")

    (verdict,) = [verdict for verdict in json.loads(done.out)["verdicts"] if verdict["case"] == ONE_CASE]

    assert verdict["verdict"] == "violated"
    assert verdict["reproduce"] == f'ipc-conformance run --agent-command "$AGENT_COMMAND" --case {ONE_CASE}'


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("run", "--agent", "stdlb"), "no agent 'stdlb'; near it: stdlib"),
        (("run", "--agent", "stdlib", "--case", "strem/*"), "no case 'strem/*'; near it: stream/*"),
        (("run", "--agent", "stdlib", "--case", "stream"), "near it: stream/*"),
        (("explain", "LS-IO-0001"), "no requirement or case 'LS-IO-0001'; near it: LS-IO-001"),
        (("run", "--agent", "stdlib", *CASES, "-k", "nothing_like_that"), "no case fits -k 'nothing_like_that'"),
        (("run", "--agent", "stdlib", *CASES, "-k", "fifo and"), "pytest does not take these arguments"),
        (("run", "--agent", "stdlib", "--shard", "3/2"), "shard '3/2' is to be I/N"),
        (("run", "--agent", "stdlib", "--agent-command", "x"), "two ways to say one thing"),
        (("run", "--agent-command", " "), "--agent-command is empty"),
        (("run", "--agent-command", "'"), "No closing quotation"),
        (("run", "--agent", "stdlib", "--level", "splendid"), "no level 'splendid'; there are: explicit,"),
        (("run", "--agent", "stdlib", "--expectations", "no-such-file"), "--expectations no-such-file: cannot be read"),
        (("run", "--resume", "no-such-file"), "cannot read no-such-file"),
        (("judge", "no-such-file"), "cannot read no-such-file"),
        (("run", "--patience", "0"), "more than 0"),
        (("ruin",), "invalid choice: 'ruin'"),
        ((), "COMMAND"),
        (("search", "--primitive", "named_pipe"), "no primitive to search 'named_pipe'"),
        (("search", "--seed", "x"), "--seed 'x' is to be a whole number, or random"),
        (("check-agent", ""), "CMD is empty"),
        (("run", "--agent", "stdlib", "--frozen", "no-such-file"), "--frozen no-such-file: cannot be read"),
    ],
)
def test_a_mistake_ends_with_2_and_one_error_that_names_the_remedy(
    arguments: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    done = ipc_conformance(*arguments, cwd=tmp_path)

    assert done.status == 2
    assert told in done.err
    assert "Traceback" not in done.err
    assert done.out == ""


def test_a_run_that_lost_cases_ends_with_3(tmp_path: Path) -> None:
    path = _evidence(tmp_path)
    torn = tmp_path / "torn.jsonl"
    torn.write_text(resealed(lines(path)[:2]), encoding="ascii")

    done = ipc_conformance("judge", torn)

    assert done.status == 3
    assert "incomplete: 11 of 12 cases were not run\n1 cases: 1 holds" in done.out


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        ("/no/such/program", "'/no/such/program' cannot be run (No such file or directory)"),
        ("false", "agent false: it ended (status 1) without a reply to hello"),
        ("echo hello", "agent echo: a line of its output is not JSON"),
    ],
)
def test_an_agent_that_cannot_start_ends_with_4_and_says_why(agent: str, told: str, tmp_path: Path) -> None:
    done = ipc_conformance("run", "--agent-command", agent, cwd=tmp_path)

    assert done.status == 4
    assert told in done.err
    assert done.err.count("\n") == 1
    assert done.out == ""


def test_an_agent_whose_program_is_not_installed_ends_with_4(tmp_path: Path) -> None:
    done = ipc_conformance("run", "--agent", "perl", env={"PATH": str(tmp_path)})

    assert done.status == 4
    assert "agent perl: it needs the program 'perl', which is not on the PATH" in done.err


def test_evidence_that_cannot_be_written_ends_with_4(tmp_path: Path) -> None:
    done = ipc_conformance("run", "--agent", "stdlib", *CASES, "--evidence", tmp_path / "no" / "such" / "folder")

    assert done.status == 4
    assert "cannot make the evidence file" in done.err


def test_a_level_that_is_not_reached_ends_with_5() -> None:
    done = ipc_conformance("run", "--agent", "stdlib", *CASES, "--level", "explicit-without-ci")

    assert done.status == 5
    assert "below the level asked for: unnamed_pipe is assumed, not explicit without CI" in done.out
    assert "below the support level asked for\n" in done.out


def test_a_level_that_is_reached_ends_with_0() -> None:
    done = ipc_conformance("run", "--agent", "stdlib", *CASES, "--level", "assumed")

    assert done.status == 0


def test_a_known_violation_is_as_expected_until_it_is_gone(tmp_path: Path) -> None:
    (tmp_path / "known.toml").write_text(GOOD)
    known = ("--case", ONE_CASE, "--expectations", tmp_path / "known.toml")
    path = tmp_path / "run.jsonl"

    bent = ipc_conformance("run", "--agent-command", crooked(tmp_path, BENT), *known, "--evidence", path)
    judged = ipc_conformance("judge", path, *known[2:])
    unknown = ipc_conformance("judge", path)
    mended = ipc_conformance("run", "--agent-command", crooked(tmp_path, "pass"), *known)

    assert (bent.status, judged.status, unknown.status, mended.status) == (0, 0, 1, 1)
    assert f"known violations, as expected:\n  violated  {ONE_CASE}  LS-IO-001" in bent.out
    assert "everything as expected, 1 known violations among it\n" in bent.out
    assert "expectations to mend:\n  known.toml, expectation 1: stale: LS-IO-001 is holds" in mended.out
    assert "not as expected: 1 expectations to mend\n" in mended.out


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_an_example(name: str) -> None:
    done = ipc_conformance(name, "--help")

    assert done.status == 0
    assert f"ipc-conformance {name}" in done.out.partition("example")[2]


def test_help_names_every_command() -> None:
    done = ipc_conformance("--help")

    assert done.status == 0
    assert all(command in done.out for command in COMMANDS)


def test_json_puts_one_document_on_standard_output_and_nothing_else() -> None:
    done = ipc_conformance("run", "--agent", "stdlib", *CASES, "--json")

    document = json.loads(done.out)

    assert done.status == 0
    assert list(document) == ["schema", "environment", "agents", "complete", "counts", "verdicts", "support"]
    assert document["complete"] is True
    assert document["counts"]["holds"] == 12
    cases = [verdict["case"] for verdict in document["verdicts"] if verdict["verdict"] == "holds"]
    assert cases == sorted(cases, key=_planned().index)


def test_plan_tells_which_cases_are_in_and_why_the_others_are_out() -> None:
    done = ipc_conformance("plan", "--agent", "stdlib", *CASES)

    assert done.status == 0
    assert f"in   {ONE_CASE}  LS-IO-001\n" in done.out
    assert "out  stream/queued_bytes_arrive/fifo/deadline/size=1  fits no --case\n" in done.out
    assert done.out.endswith(" out\n")


def test_plan_as_json_is_the_document_of_a_run_that_has_not_begun() -> None:
    document = json.loads(ipc_conformance("plan", "--agent", "stdlib", *CASES, "--json").out)

    assert document["complete"] is False
    assert document["counts"]["undetermined"] == 12
    assert {verdict["cause"] for verdict in document["verdicts"]} == {"not run", "claim", "platform"}


def test_explain_tells_what_evidence_holds_of_a_case(tmp_path: Path) -> None:
    path = _evidence(tmp_path, crooked(tmp_path, BENT))

    done = ipc_conformance("explain", ONE_CASE, "--evidence", path)

    assert done.status == 0
    assert "What was sent before the receiver looked arrives just so." in done.out
    assert "Verdict: violated" in done.out
    assert "recv_exact length=256" in done.out


def test_explain_tells_everything_about_a_requirement() -> None:
    done = ipc_conformance("explain", "LS-IO-001")

    assert done.status == 0
    assert done.out.startswith("  LS-IO-001 (must): Bytes sent on a stream MUST arrive")
    assert "Primitives: local_socket, unnamed_pipe, fifo" in done.out
    scenario = "/".join(ONE_CASE.split("/")[:2])
    assert re.search(rf"\n    {scenario}  \(\d+ cases\)\n      What was sent before", done.out)


def test_explain_counts_the_verdicts_of_a_requirement_and_names_what_does_not_hold(tmp_path: Path) -> None:
    path = _evidence(tmp_path, crooked(tmp_path, BENT))

    done = ipc_conformance("explain", "LS-IO-001", "--evidence", path)

    assert done.status == 0
    assert re.search(r"\n      (\d+ holds, )?\d+ violated(, \d+ unsupported)?\n", done.out)
    assert f"\n      violated  {ONE_CASE}  " in done.out


def test_check_agent_is_content_with_an_agent_that_speaks_the_protocol() -> None:
    done = ipc_conformance("check-agent", f"{sys.executable} -I -S {STDLIB}")

    assert done.status == 0
    assert "WRONG" not in done.out
    assert done.out.endswith("this agent speaks the protocol; judge it with `run`\n")


def test_check_agent_tells_its_author_what_to_mend(tmp_path: Path) -> None:
    agent = crooked(tmp_path, 'if "error" in reply: reply["error"]["kind"] = "other"')

    done = ipc_conformance("check-agent", agent)

    assert done.status == 1
    assert "WRONG an operation that nobody has is declined as `unsupported`\n      " in done.out
    assert "things to mend, see PROTOCOL.md\n" in done.out


def test_a_search_that_finds_nothing_ends_with_0_and_freezes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "frozen.toml"

    done = ipc_conformance(
        "search", "--agent", "stdlib", "--primitive", "unnamed_pipe", "--examples", "3", "--freeze", "--frozen", path
    )

    assert done.status == 0
    assert "unnamed_pipe: nothing found (" in done.out
    assert not path.exists() or "[[sequence]]" not in path.read_text()


def test_what_a_search_finds_is_frozen_and_run_again(tmp_path: Path) -> None:
    agent, path = (
        crooked(tmp_path, 'if op == "recv" and "ok" in reply: reply["ok"]["sha256"] = "0" * 64'),
        tmp_path / "f",
    )

    found = ipc_conformance(
        "search", "--agent-command", agent, "--primitive", "unnamed_pipe", "--freeze", "--frozen", path
    )
    again = ipc_conformance(
        "run", "--agent-command", agent, "--frozen", path, "--case", "search/*/unnamed_pipe/blocking/*", "--json"
    )

    assert found.status == 1
    (steps,) = tomllib.loads(path.read_text())["sequence"]
    bad = [v["case"] for v in json.loads(again.out)["verdicts"] if v["verdict"] == "violated"]
    assert again.status == 1
    assert any(case.endswith(f"steps={steps['steps']}") for case in bad)


def test_output_survives_a_terminal_that_knows_only_ascii(tmp_path: Path) -> None:
    agent = crooked(tmp_path, 'if op == "hello": reply["ok"]["implementation"]["name"] = "\\u00fcmlaut"')

    done = ipc_conformance("run", "--agent-command", agent, "--case", ONE_CASE, env={"PYTHONIOENCODING": "ascii"})

    assert done.status == 0
    assert "mlaut 1 on " in done.out


def test_a_reader_that_goes_away_is_no_traceback() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        status, err = _to(writer, "trace")
    finally:
        os.close(writer)

    assert status == 4
    assert err == ""


def test_what_an_agent_says_never_commands_the_terminal(tmp_path: Path) -> None:
    evil = 'reply = {"id": reply["id"], "error": {"kind": "other", "message": "\\x1b[2J\\u202e", "native": "\\r"}}'
    agent = crooked(tmp_path, f'if op == "recv_exact": {evil}')

    done = ipc_conformance("run", "--agent-command", agent, "--case", ONE_CASE)

    assert done.status == 1
    assert "\\x1b[2J\\u202e" in done.out
    assert all(character.isprintable() or character == "\n" for character in done.out + done.err)


def _planned() -> list[str]:
    out = ipc_conformance("plan", "--agent", "stdlib").out
    return [line.split()[1] for line in out.splitlines() if line.startswith("in ")]


def _evidence(directory: Path, agent: str | None = None) -> Path:
    path = directory / "run.jsonl"
    cases = CASES if agent is None else ("--case", ONE_CASE)
    whom = ("--agent", "stdlib") if agent is None else ("--agent-command", agent)
    assert ipc_conformance("run", *whom, *cases, "--evidence", path).status == (0 if agent is None else 1)
    return path


def _to(descriptor: int, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        command(*arguments), stdout=descriptor, stderr=subprocess.PIPE, env=environment(), text=True, check=False
    )
    return done.returncode, done.stderr
