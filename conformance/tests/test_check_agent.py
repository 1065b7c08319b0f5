"""The protocol check finds every rule that an agent breaks, and says in plain words what to mend."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "agents are processes of a POSIX system here"

import re
import shutil
from pathlib import Path

import psutil
import pytest

from conformance.live.agent import Command
from conformance.live.check_agent import Step, check_agent
from conformance.requirements import load
from conformance.tests.tiny_agents import HELLO, program
from conformance.tests.trial import STDLIB

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="agents are started through POSIX pipes")

AGENTS = Path(__file__).parents[1] / "agents"
PYTHON = (sys.executable, "-I", "-S")

# As short as an agent can be that keeps every rule: it has no operations but those that every agent has.
SMALLEST = """
import json, os, signal, sys
HELLO = {hello!r}

def write(message):
    os.write(1, (json.dumps(message) + "\\n").encode())

for line in sys.stdin.buffer:
    request = json.loads(line)
    number, op, args = request["id"], request["op"], request["args"]
    reply = {{"id": number, "error": {{"kind": "unsupported"}}}}
    if op == "hello" and args["protocol"][0] <= 1 <= args["protocol"][1]:
        reply = {{"id": number, "ok": HELLO}}
    elif op in ("close", "recv"):
        reply = {{"id": number, "error": {{"kind": "invalid_handle"}}}}
    elif op == "die":
        os.kill(os.getpid(), signal.SIGKILL) if args["how"] == "kill" else os._exit(0)
    elif op == "bye":
        reply = {{"id": number, "ok": {{}}}}
    {change}
    write(reply)
    if op == "bye":
        break
{after}
"""
BARE: dict[str, object] = {**HELLO, "capabilities": {}}


def smallest(tmp_path: Path, change: str = "pass", after: str = "", hello: object = None) -> Command:
    """The smallest agent, with one thing changed."""
    return program(tmp_path, SMALLEST.format(hello=hello or BARE, change=change, after=after))


def steps(command: Command, seconds: float = 10.0) -> list[Step]:
    """Every step of the check."""
    return list(check_agent(command, load(), seconds=seconds))


def wrong(command: Command, seconds: float = 10.0) -> list[str]:
    """What there is to mend."""
    return [step.wrong for step in steps(command, seconds) if step.wrong is not None]


@pytest.mark.parametrize(
    "argv",
    [
        (*PYTHON, str(AGENTS / "stdlib")),
        (*PYTHON, str(AGENTS / "reference")),
        (*PYTHON, str(AGENTS / "reference"), "asyncio"),
        (sys.executable, "-I", str(AGENTS / "reference"), "trio"),
        ("perl", str(AGENTS / "perl" / "agent.pl")),
    ],
    ids=["stdlib", "reference", "reference-asyncio", "reference-trio", "perl"],
)
def test_the_agents_of_the_suite_keep_every_rule(argv: tuple[str, ...]) -> None:
    if shutil.which(argv[0]) is None:
        pytest.skip(f"{argv[0]} is not installed")
    assert wrong(Command("agent", argv)) == []


def test_the_smallest_agent_keeps_every_rule(tmp_path: Path) -> None:
    found = steps(smallest(tmp_path))
    assert [step.wrong for step in found] == [None] * len(found)
    assert len(found) >= 11


def test_a_step_is_tried_only_where_the_agent_says_that_it_applies(tmp_path: Path) -> None:
    def asks(command: Command) -> str:
        return " ".join(step.asks for step in steps(command))

    bare = asks(smallest(tmp_path, hello={**BARE, "concurrent": False}))
    whole = asks(STDLIB)
    for word in ("concurrent agent answers", "in one write", "warm parent", "witness", "pattern"):
        assert word not in bare
        assert word in whole


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            "reply = {'id': number, 'ok': {}} if 'canary' in op else reply",
            "canary_.* succeeded; it is to fail with unsupported",
        ),
        (
            "reply = {'id': number, 'error': {'kind': 'other'}} if 'canary' in op else reply",
            "canary_.* failed with other instead of unsupported",
        ),
        ("os._exit(1) if 'canary' in op else None", r"it ended \(status 1\) while canary_.* was asked of it"),
        (
            "reply = {'id': number, 'ok': {}} if op == 'close' else reply",
            "close of a handle never made succeeded; it is to fail with invalid_handle",
        ),
        (
            "reply = {'id': number, 'error': {'kind': 'not_found'}} if op == 'recv' else reply",
            "recv on a handle never made failed with not_found instead of invalid_handle",
        ),
        (
            "reply = {'id': number, 'error': {'kind': 'invalid_input'}} if 'a_key_of_tomorrow' in args else reply",
            "hello with one more key failed; ignore keys that you do not know",
        ),
        (
            "reply = {'id': number, 'ok': HELLO} if op == 'hello' else reply",
            "hello that offers versions 1000 to 1001 only succeeded; it is to fail with unsupported",
        ),
        (
            "reply = {'id': number, 'ok': {**HELLO, 'protocol': args['protocol'][1]}} if op == 'hello' else reply",
            "offered versions 1 to 7, it is to answer 1, not ",
        ),
        (
            "reply = {'id': number, 'ok': {}} if op == 'shutdown' else reply",
            "shutdown is answered with {}, yet half_close is not claimed in hello",
        ),
        ("write(reply) if op == 'close' else None", "request .* was answered twice"),
        (
            "reply = {**reply, 'id': -1} if op == 'close' else reply",
            "a reply carries the id '-1', which no request had",
        ),
        ("reply = {'id': number, 'error': {'kind': 'other'}} if op == 'bye' else reply", "bye failed"),
    ],
)
def test_a_broken_rule_is_named(change: str, message: str, tmp_path: Path) -> None:
    found = wrong(smallest(tmp_path, change))
    assert found
    assert any(_matches(message, each) for each in found), found


@pytest.mark.parametrize(
    ("change", "after", "message"),
    [
        ("", "signal.pause()", "it still runs 0.5 s after bye"),
        ("", "signal.pause()", "its input has ended, and it still runs after 0.5 s"),
        ("", "sys.exit(9)", "after bye it ended with status 9 instead of 0"),
        ("if 'canary' in op: signal.pause()", "", "no reply to canary_.* within 0.5 s"),
    ],
)
def test_what_never_comes_is_not_waited_for_long(change: str, after: str, message: str, tmp_path: Path) -> None:
    found = wrong(smallest(tmp_path, change or "pass", after), 0.5)
    assert any(_matches(message, each) for each in found), found


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (
            'os.kill(os.getpid(), signal.SIGKILL) if args["how"] == "kill" else',
            "",
            "after die with how=kill it ended with status 0 instead of -9",
        ),
        ("else os._exit(0)\n", "else os._exit(3)\n", "after die with how=exit it ended with status 3 instead of 0"),
        (
            '    elif op == "die":\n',
            '    elif op == "die":\n        write({"id": number, "ok": {}})\n',
            "die with how=kill was answered; it is to end the process without a reply",
        ),
    ],
)
def test_how_an_agent_dies_is_checked(before: str, after: str, message: str, tmp_path: Path) -> None:
    text = SMALLEST.format(hello=BARE, change="pass", after="")
    assert before in text
    found = wrong(program(tmp_path, text.replace(before, after)))
    assert any(_matches(message, each) for each in found), found


@pytest.mark.parametrize(
    ("claims", "message"),
    [
        ({"half_close": True}, "half_close is claimed in hello, yet shutdown is declined as unsupported"),
        ({"half_closed": True}, "capability 'half_closed' is none that the spec knows; known: .*half_close"),
    ],
)
def test_a_claim_is_held_against_what_is_done(claims: dict[str, object], message: str, tmp_path: Path) -> None:
    found = wrong(smallest(tmp_path, hello={**BARE, "capabilities": claims}))
    assert any(_matches(message, each) for each in found), found


def test_an_agent_that_claims_a_warm_parent_has_to_be_one(tmp_path: Path) -> None:
    found = wrong(smallest(tmp_path, hello={**BARE, "warm": True}))
    assert found == ["started with IPC_CONFORMANCE_WARM_FD it is no warm parent, or does not fork"]


def test_an_agent_that_offers_to_be_a_witness_has_to_be_one(tmp_path: Path) -> None:
    (found,) = wrong(smallest(tmp_path, hello={**BARE, "witness": True}))
    assert found.startswith("make_workspace answered {'kind': 'unsupported'}")


def test_a_concurrent_agent_has_to_be_one(tmp_path: Path) -> None:
    hello = {**BARE, "capabilities": {"unnamed_pipe": True}}
    change = """if op in ("pipe", "send"):
        reply = {"id": number, "ok": {"sent": 1}}
    if op == "recv" and args["on"] == "r":
        continue"""
    found = wrong(smallest(tmp_path, change, hello=hello), 0.5)
    assert any("recv on a pipe was not answered although a byte was sent while it waited" in each for each in found), (
        found
    )


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (Command("lost", ("/nowhere/lost",)), "is the program there and executable?"),
        (Command("true", ("true",)), "it ended (status 0) while hello was asked of it"),
        (Command("cat", ("cat",)), "the reply to request 1 is to have either ok or error"),
        (Command("echo", ("echo", "hello")), "not JSON: 'hello'"),
    ],
    ids=lambda value: value.name if isinstance(value, Command) else "",
)
def test_what_is_no_agent_at_all_is_told_in_one_step(command: Command, message: str) -> None:
    found = steps(command)
    assert len(found) == 1
    assert found[0].wrong is not None
    assert message in found[0].wrong


def test_nothing_is_left_of_an_agent_that_was_checked(tmp_path: Path) -> None:
    before = psutil.Process().num_fds()
    leaves = "if op == 'hello' and os.fork() == 0: os.setsid(); signal.pause()"
    steps(smallest(tmp_path, leaves))
    assert psutil.Process().num_fds() == before
    program_text = str(tmp_path / "tiny_agent.py")
    left = [each for each in psutil.process_iter(["cmdline"]) if program_text in (each.info["cmdline"] or [])]
    psutil.wait_procs(left, timeout=10)
    assert not [each for each in left if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]


def _matches(pattern: str, text: str) -> bool:
    return re.search(pattern, text) is not None
