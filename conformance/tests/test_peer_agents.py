"""The agents of other libraries: what every one on an event loop does alike, and how messages are kept apart."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "agents are processes of a POSIX system here"

import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from conformance.tests.driver import Agent, bytes_of, data, path, table
from conformance.tests.stdlib_agent import witness, workspace

__all__ = ["witness", "workspace"]

PEERS = Path(__file__).parents[1] / "agents" / "peers"
NEEDS_TRIO = pytest.mark.skipif(find_spec("trio") is None, reason="needs trio: pip install 'ipc-conformance[peers]'")
NEEDS_ANYIO = pytest.mark.skipif(find_spec("anyio") is None, reason="needs anyio: pip install 'ipc-conformance[peers]'")
ON_A_LOOP = [
    "asyncio-streams",
    pytest.param("trio", marks=NEEDS_TRIO),
    pytest.param("anyio", marks=NEEDS_ANYIO),
]


def running(name: str) -> Agent:
    return Agent(sys.executable, "-I", str(PEERS), name)


@pytest.fixture(params=ON_A_LOOP)
def peer(request: pytest.FixtureRequest) -> Iterator[Agent]:
    with running(request.param) as agent:
        yield agent


@pytest.fixture
def connections() -> Iterator[Agent]:
    with running("multiprocessing-connection") as agent:
        yield agent


def streams(agent: Agent, name: object) -> tuple[str, str]:
    """Both ends of a connection inside one agent."""
    listener = agent.make("listen", name=name)
    accepting = agent.start("accept", on=listener, as_="theirs")
    ours = agent.make("connect", name=name)
    agent.finish(accepting)
    return ours, "theirs"


def test_an_agent_on_a_loop_says_so(peer: Agent) -> None:
    claimed = table(peer.hello["capabilities"])
    assert {"async", "async.cancel", "async.end", "local_socket", "process"} <= set(claimed)
    assert peer.hello["concurrent"] is True
    assert peer.hello["warm"] is True


def test_a_cancelled_receive_is_answered_once_and_leaves_the_stream_as_it_was(peer: Agent, workspace: Path) -> None:
    ours, theirs = streams(peer, path(workspace / "s"))
    waiting = peer.start("recv", on=theirs, max=10, task="t")
    assert peer.blocked(waiting)
    assert peer.call("cancel", task="t") == {}
    answer = peer.reply(waiting)
    assert answer is not None
    assert table(answer["error"])["kind"] == "cancelled"
    peer.call("send_all", on=ours, data=data(b"later"))
    assert peer.recv(theirs) == b"later"


def test_what_a_cancelled_receive_has_got_comes_with_its_error(peer: Agent, workspace: Path) -> None:
    ours, theirs = streams(peer, path(workspace / "s"))
    peer.call("send_all", on=ours, data=data(b"first"))
    waiting = peer.start("recv_exact", on=theirs, length=10, task="t")
    assert peer.blocked(waiting)
    peer.call("cancel", task="t")
    answer = peer.reply(waiting)
    assert answer is not None
    assert bytes_of(table(table(answer["error"])["received"])) == b"first"


def test_a_task_that_never_was_can_be_cancelled(peer: Agent) -> None:
    assert peer.call("cancel", task="nobody") == {}


def test_a_wait_that_it_does_not_claim_is_declined(peer: Agent, workspace: Path) -> None:
    ours, _ = streams(peer, path(workspace / "s"))
    for wait in ("try", "ready", 100):
        assert peer.refuses("recv", on=ours, max=1, wait=wait)["kind"] == "unsupported"


def test_the_end_of_a_loop_cancels_what_waits_and_forgets_the_handles(peer: Agent, workspace: Path) -> None:
    ours, theirs = streams(peer, path(workspace / "s"))
    waiting = peer.start("recv", on=theirs, max=10)
    assert peer.blocked(waiting)
    ending = peer.start("end_loop")
    answer = peer.reply(waiting)
    assert answer is not None
    assert table(answer["error"])["kind"] == "cancelled"
    assert peer.finish(ending) == {}
    assert peer.refuses("send", on=ours, data=data(b"x"))["kind"] == "invalid_handle"
    ours, theirs = streams(peer, path(workspace / "again"))
    peer.call("send_all", on=ours, data=data(b"hello"))
    assert peer.recv(theirs) == b"hello"


def test_requests_are_begun_in_the_order_of_their_arrival(peer: Agent, workspace: Path) -> None:
    ours, theirs = streams(peer, path(workspace / "s"))
    words = [b"%03d" % number for number in range(50)]
    sending = [peer.start("send_all", on=ours, data=data(word)) for word in words]
    # Some libraries refuse a send while another one is on its way.
    sent = [word for word, number in zip(words, sending, strict=True) if "ok" in (peer.reply(number) or {})]
    assert sent[0] == words[0]
    got = bytes_of(peer.call("recv_exact", on=theirs, length=3 * len(sent)))
    assert got == b"".join(sent)


def test_what_exceeds_a_receive_of_a_message_is_kept_for_the_next(connections: Agent) -> None:
    connections.call("pipe", receiver="r", sender="s")
    connections.call("send_all", on="s", data=data(b"one two"))
    connections.call("send_all", on="s", data=data(b"three"))
    assert [connections.recv("r", maximum) for maximum in (3, 100, 100)] == [b"one", b" two", b"three"]


def test_an_empty_message_is_not_the_end(connections: Agent) -> None:
    connections.call("pipe", receiver="r", sender="s")
    connections.call("send_all", on="s", data=data(b""))
    connections.call("close", on="s")
    assert connections.call("recv", on="r", max=10)["end"] is False
    assert connections.call("recv", on="r", max=10)["end"] is True


def test_an_unknown_peer_is_refused_with_the_names_that_there_are() -> None:
    done = subprocess.run([sys.executable, "-I", PEERS, "twisted"], check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == "peers: name one agent of asyncio-streams, trio, anyio, multiprocessing-connection\n"


@pytest.mark.parametrize("name", ["trio", "anyio"])
def test_a_package_that_is_missing_is_named_with_its_remedy(name: str) -> None:
    without = f"import runpy, sys; sys.modules[{name!r}] = None; sys.argv[:] = [{str(PEERS)!r}, {name!r}]; "
    run = f"runpy.run_path({str(PEERS)!r}, run_name='__main__')"
    done = subprocess.run([sys.executable, "-I", "-c", without + run], check=False, capture_output=True, text=True)
    assert done.returncode == 4
    assert done.stderr.startswith(f"agent {name}: the package '{name}' is not installed")
    assert "pip install 'ipc-conformance[peers]'" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_witness_floods_until_nobody_receives(witness: Agent, workspace: Path) -> None:
    listener = witness.make("listen", name=path(workspace / "s"))
    ours = witness.make("connect", name=path(workspace / "s"))
    theirs = witness.make("accept", on=listener)
    flooding = witness.start("flood", on=ours)
    got = witness.call("recv_exact", on=theirs, length=1 << 22)
    assert got["length"] == 1 << 22
    assert witness.blocked(flooding)
    witness.call("close", on=theirs)
    sent = witness.finish(flooding)["sent"]
    assert isinstance(sent, int)
    assert sent >= 1 << 22
