"""What is wrong with an agent before anything is judged: one clear error, and nothing left behind."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "agents are processes of a POSIX system here"

import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import psutil
import pytest

from conformance.live.agent import Command, StartError
from conformance.live.probe import Prepared, ProbeError, ci_run, prepare
from conformance.live.run import open_channel
from conformance.live.strays import end_strays
from conformance.requirements import load
from conformance.tests.tiny_agents import HELLO, program, tiny
from conformance.tests.trial import STDLIB

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="the tiny agents say that they run on Linux"
)

SPEC = load()


@pytest.fixture
def mark() -> Iterator[str]:
    word = f"probe-{secrets.token_hex(4)}"
    before = psutil.Process().num_fds()
    yield word
    assert end_strays(word) == []
    assert psutil.Process().num_fds() <= before


def probed(subject: Command, mark: str, *, witness: Command | None = STDLIB, patience_ms: int = 10_000) -> Prepared:
    """A probed agent, its launchers closed again."""
    prepared = prepare(subject, witness, SPEC, mark, patience_ms=patience_ms)
    prepared.close()
    return prepared


def test_what_a_run_needs_is_found_out(tmp_path: Path, mark: str) -> None:
    prepared = probed(tiny(tmp_path), mark)
    assert prepared.claims == ("process", "signals", "unnamed_pipe", "concurrent")
    assert prepared.setting.hello == HELLO
    assert prepared.setting.platform == "linux"
    assert prepared.environment["platform"] == "linux"
    assert prepared.agents["subject"]["name"] == "tiny"
    assert prepared.agents["witness"]["name"] == "stdlib"


def test_the_environment_names_nobody(tmp_path: Path, mark: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "a secret word")
    environment = probed(tiny(tmp_path), mark).environment
    assert set(environment) == {"platform", "release", "machine", "harness", "ci", "date"}
    assert environment["ci"] is True
    assert date.fromisoformat(str(environment["date"])) <= datetime.now(UTC).date()


def test_what_stands_between_agent_and_kernel_is_known_from_either(tmp_path: Path, mark: str) -> None:
    place = {"system": "linux", "emulator": "qemu-s390x"}
    assert probed(tiny(tmp_path, hello={**HELLO, "platform": place}), mark).environment["emulator"] == "qemu-s390x"


@pytest.mark.parametrize(
    ("variables", "source"),
    [
        ({}, None),
        ({"CI": "true"}, None),
        ({"GITHUB_REPOSITORY": "a/b", "GITHUB_RUN_ID": "7"}, None),
        ({"CI": "true", "GITHUB_REPOSITORY": "a/b", "GITHUB_RUN_ID": "7"}, "GitHub a/b run 7"),
        ({"CI": "true", "CI_PROJECT_PATH": "a/b", "CI_PIPELINE_ID": "8"}, "GitLab a/b run 8"),
        ({"CI": "true", "CIRRUS_REPO_FULL_NAME": "a/b", "CIRRUS_BUILD_ID": "9"}, "Cirrus a/b run 9"),
    ],
)
def test_in_ci_the_run_of_the_ci_vouches(variables: Mapping[str, str], source: str | None) -> None:
    assert ci_run(variables) == source


def test_an_agent_can_be_its_own_witness_where_it_offers_to(mark: str, tmp_path: Path) -> None:
    assert probed(STDLIB, mark, witness=None).agents["witness"]["witness"] is True
    with pytest.raises(ProbeError, match=r"tiny: it does not offer to be a witness; name one .*--witness-command"):
        probed(tiny(tmp_path), mark, witness=None)


def hello(**changes: object) -> Mapping[str, object]:
    """The greeting, with something changed."""
    return {**HELLO, **changes}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (hello(protocol=2), "hello speaks protocol 2; this suite speaks 1"),
        (hello(protocol=None), "hello speaks protocol None"),
        (hello(implementation=None), "is to have implementation with name, version, language as texts"),
        (hello(implementation={"name": "x"}), "is to have implementation with name, version, language as texts"),
        (hello(implementation={"name": "x", "version": 1, "language": "C"}), "is to have implementation"),
        (hello(platform={}), "is to have platform with system as texts"),
        (hello(platform={"system": "plan9"}), "the agent runs on plan9, the witness on linux; both .* one machine"),
        (hello(capabilities=["fifo"]), "is to have capabilities, an object"),
        (hello(concurrent="yes"), "is to have concurrent, true or false"),
    ],
)
def test_a_greeting_that_lacks_something_is_refused_with_what_it_lacks(
    changed: Mapping[str, object], message: str, tmp_path: Path, mark: str
) -> None:
    with pytest.raises(ProbeError, match=f"agent tiny: .*{message}|^{message}"):
        probed(tiny(tmp_path, hello=changed), mark)


def test_a_platform_that_the_spec_does_not_know_is_named(tmp_path: Path, mark: str) -> None:
    strange = tiny(tmp_path, hello=hello(platform={"system": "plan9"}, witness=True))
    with pytest.raises(ProbeError, match="agent tiny: platform 'plan9' is not in the spec; known: linux"):
        probed(strange, mark, witness=None)


ANSWERS = "reply(number, ok=HELLO)"


@pytest.mark.parametrize(
    ("prelude", "message"),
    [
        ("os._exit(3)", r"it ended \(status 3\) without a reply to hello"),
        (
            "sys.exit('out of luck')",
            r"it ended \(status 1\) without a reply to hello; its standard error: 'out of luck'",
        ),
        ("hang()", "no reply to hello within 0.5 s"),
        (
            "os.write(2, b'\\x1b[2Jwait\\n'); hang()",
            r"no reply to hello within 0.5 s; its standard error: '\\x1b\[2Jwait'",
        ),
        ("write('hello!\\n')", "a line of its output is not JSON: 'hello!'"),
        ("reply(1, error={'kind': 'unsupported', 'message': 'too old'})", "hello failed with unsupported: too old"),
        ("reply(7, ok={})", "a reply carries the id '7', which no request had"),
        ("while True: write('x' * 65536)", "a line of its output is longer than 1048576 bytes"),
        ("os.close(1); hang()", r"it ended \(status None\) without a reply to hello"),
    ],
)
def test_an_agent_that_does_not_greet_is_told_what_it_did_instead(
    prelude: str, message: str, tmp_path: Path, mark: str
) -> None:
    with pytest.raises(ProbeError, match=f"^agent tiny: {message}"):
        probed(tiny(tmp_path, prelude=prelude), mark, patience_ms=500 if "0.5" in message else 10_000)


YES = """
import json, sys
for line in sys.stdin.buffer:
    request = json.loads(line)
    ok = {hello!r} if request["op"] == "hello" else {other}
    sys.stdout.write(json.dumps({{"id": request["id"], **ok}}) + "\\n")
    sys.stdout.flush()
"""


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ('{"ok": {}}', "did not decline it as unsupported; an agent that says yes to anything cannot be judged"),
        ('{"error": {"kind": "other"}}', "did not decline it as unsupported"),
        ("sys.exit(4)", r"it ended \(status 4\) without a reply to an unknown operation"),
        ("None or []", "it ended .* without a reply to an unknown operation; its standard error: 'Traceback"),
    ],
)
def test_an_agent_that_does_not_decline_what_nobody_has_is_not_to_be_trusted(
    other: str, message: str, tmp_path: Path, mark: str
) -> None:
    agent = program(tmp_path, YES.format(hello={"ok": dict(HELLO)}, other=other))
    with pytest.raises(ProbeError, match=message):
        probed(agent, mark)


def test_a_command_that_cannot_be_run_says_so(tmp_path: Path, mark: str) -> None:
    with pytest.raises(
        StartError, match=r"agent lost: '.*lost' cannot be run .*; is the program there and executable?"
    ):
        probed(Command("lost", (str(tmp_path / "lost"),)), mark)


def test_the_same_error_names_the_witness_when_it_is_the_witness(tmp_path: Path, mark: str) -> None:
    with pytest.raises(ProbeError, match=r"^agent tiny: it ended"):
        probed(STDLIB, mark, witness=tiny(tmp_path, prelude="os._exit(1)"))


def test_agents_are_started_from_a_warm_parent_only_where_they_claim_one(mark: str, tmp_path: Path) -> None:
    prepared = prepare(STDLIB, tiny(tmp_path, hello=hello(witness=True)), SPEC, mark)
    try:
        for launcher, warm in ((prepared.subject, True), (prepared.witness, False)):
            channel, _ = open_channel(launcher, SPEC, "subject")
            channel.close()
            assert launcher.warm == warm
    finally:
        prepared.close()
