"""The agent in one page of Perl: what it claims, it does; what it does not claim, it declines."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "agents are processes of a POSIX system here"

import hashlib
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.tests.driver import Agent, bytes_of, data, path, table
from conformance.tests.stdlib_agent import witness, workspace

__all__ = ["witness", "workspace"]

pytestmark = pytest.mark.skipif(sys.platform == "win32" or shutil.which("perl") is None, reason="needs Perl")

COMMAND = ("perl", str(Path(__file__).parents[1] / "agents" / "perl" / "agent.pl"))


@pytest.fixture
def perl() -> Iterator[Agent]:
    with Agent(*COMMAND) as running:
        yield running


@pytest.fixture
def client() -> Iterator[Agent]:
    with Agent(*COMMAND) as running:
        yield running


def streams(server: Agent, client: Agent, name: object) -> tuple[str, str]:
    """The client's end of a connection and the server's."""
    listener = server.make("listen", name=name)
    ours = client.make("connect", name=name)
    return ours, server.make("accept", on=listener)


def test_it_says_that_it_does_one_thing_at_a_time(perl: Agent) -> None:
    assert perl.hello["concurrent"] is False
    assert "local_socket" in table(perl.hello["capabilities"])


@pytest.mark.parametrize("op", ["canary_77aa", "make_fifo", "shutdown", "spawn", "identity", "duplicate"])
def test_what_it_does_not_claim_it_declines(perl: Agent, op: str) -> None:
    assert perl.refuses(op, on="x")["kind"] == "unsupported"


def test_much_data_goes_through_between_two_processes(perl: Agent, client: Agent, workspace: Path) -> None:
    ours, theirs = streams(perl, client, path(workspace / "s"))
    sending = client.start("send_all", on=ours, data={"pattern": 5, "length": 700_001, "offset": 3})
    assert client.blocked(sending)
    got = perl.call("recv_exact", on=theirs, length=700_001)
    assert client.finish(sending) == {"sent": 700_001}
    whole = b"".join(hashlib.sha256(f"5:{block}".encode()).digest() for block in range(21877))
    assert got["sha256"] == hashlib.sha256(whole[3:700_004]).hexdigest()


def test_the_end_comes_after_the_last_byte(perl: Agent, client: Agent, workspace: Path) -> None:
    ours, theirs = streams(perl, client, path(workspace / "s"))
    client.call("send_all", on=ours, data=data(b"tail"))
    client.call("close", on=ours)
    error = perl.refuses("recv_exact", on=theirs, length=10)
    assert (error["kind"], bytes_of(table(error["received"]))) == ("end", b"tail")
    assert perl.refuses("send", on=theirs, data=data(b"x"))["kind"] == "broken_pipe"


@pytest.mark.parametrize("wait", ["try", 30])
def test_it_gives_up_as_it_was_told(perl: Agent, workspace: Path, wait: object) -> None:
    kind = "would_block" if wait == "try" else "timed_out"
    listener = perl.make("listen", name=path(workspace / "s"))
    assert perl.refuses("accept", on=listener, as_="x", wait=wait)["kind"] == kind
    perl.call("pipe", receiver="r", sender="s")
    assert perl.refuses("recv", on="r", max=1, wait=wait)["kind"] == kind
    error = perl.refuses("send_all", on="s", data={"pattern": 1, "length": 1 << 20}, wait=wait)
    assert error["kind"] == kind
    assert isinstance(error["sent"], int)
    assert error["sent"] > 0


def test_a_name_is_refused_or_its_own(perl: Agent, client: Agent, workspace: Path) -> None:
    assert perl.refuses("connect", name=path(workspace / "none"), as_="x")["kind"] == "not_found"
    assert perl.refuses("listen", name=path(f"{workspace}/a\0b"), as_="x")["kind"] == "invalid_name"
    assert perl.refuses("listen", name=path(f"{workspace}/{'x' * 200}"), as_="x")["kind"] == "name_too_long"
    listener = perl.make("listen", name=path(workspace / "s"))
    assert client.refuses("listen", name=path(workspace / "s"), as_="x")["kind"] == "in_use"
    perl.call("close", on=listener)
    assert list(workspace.iterdir()) == []


def test_a_closed_handle_is_invalid(perl: Agent) -> None:
    perl.call("pipe", receiver="r", sender="s")
    perl.call("close", on="r")
    assert perl.refuses("close", on="r")["kind"] == "invalid_handle"
    perl.call("close", on="r", again=True)


@pytest.mark.parametrize(("how", "status"), [("kill", -signal.SIGKILL), ("abort", -signal.SIGABRT), ("exit", 0)])
def test_die_ends_it_as_asked(perl: Agent, how: str, status: int) -> None:
    perl.start("die", how=how)
    assert perl.status() == status
