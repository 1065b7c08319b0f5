"""The second opinion's files and handles: names that are removed, halves, duplicates, FIFO files."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "agents are processes of a POSIX system here"

import os
import socket
import stat
from pathlib import Path

import pytest

from conformance.tests.driver import Agent, bytes_of, data, path
from conformance.tests.stdlib_agent import agent, streams, witness, workspace

__all__ = ["agent", "witness", "workspace"]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a POSIX agent")


class TestFiles:
    def test_close_removes_the_name_and_only_if_it_is_still_ours(self, agent: Agent, workspace: Path) -> None:
        first = agent.make("listen", name=path(workspace / "s"))
        (workspace / "s").unlink()
        agent.make("listen", name=path(workspace / "s"))
        agent.call("close", on=first)
        agent.make("connect", name=path(workspace / "s"))
        agent.call("close", on=first, again=True)
        assert (workspace / "s").exists()

    def test_a_relative_name_is_removed_where_it_was_made(self, agent: Agent, workspace: Path) -> None:
        (workspace / "sub").mkdir()
        (workspace / "sub" / "s").write_text("precious")
        agent.call("chdir", path=str(workspace))
        listener = agent.make("listen", name=path("s"))
        agent.call("chdir", path=str(workspace / "sub"))
        agent.call("close", on=listener)
        assert sorted(each.name for each in workspace.iterdir()) == ["sub"]
        assert (workspace / "sub" / "s").read_text() == "precious"

    def test_reclaim_can_be_turned_off(self, agent: Agent, workspace: Path) -> None:
        listener = agent.make("listen", name=path(workspace / "s"), reclaim=False)
        agent.call("close", on=listener)
        assert stat.S_ISSOCK((workspace / "s").stat().st_mode)

    def test_a_second_listen_is_refused_and_leaves_the_first_alone(self, agent: Agent, workspace: Path) -> None:
        name = path(workspace / "s")
        agent.make("listen", name=name)
        for overwrite in (False, True):
            assert agent.refuses("listen", name=name, as_="x", overwrite=overwrite)["kind"] == "in_use"
        agent.make("connect", name=name)

    def test_overwrite_takes_a_dead_socket_and_nothing_else(self, agent: Agent, workspace: Path) -> None:
        (workspace / "file").write_text("precious")
        assert agent.refuses("listen", name=path(workspace / "file"), as_="x", overwrite=True)["kind"] == "in_use"
        assert (workspace / "file").read_text() == "precious"
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(workspace / "dead"))
        assert agent.refuses("listen", name=path(workspace / "dead"), as_="x")["kind"] == "in_use"
        streams_name = path(workspace / "dead")
        agent.make("listen", name=streams_name, overwrite=True)
        agent.make("connect", name=streams_name)

    @pytest.mark.parametrize("mask", [0, 0o077])
    def test_the_mode_is_exact_whatever_the_umask(self, agent: Agent, workspace: Path, mask: int) -> None:
        agent.call("set_umask", mask=mask)
        agent.make("listen", name=path(workspace / "s"), mode=0o640)
        assert stat.S_IMODE((workspace / "s").stat().st_mode) == 0o640
        assert agent.call("set_umask", mask=0o022) == {"previous": mask}


class TestHandles:
    def test_a_half_close_leaves_the_other_direction_open(self, agent: Agent, workspace: Path) -> None:
        _, client, server = streams(agent, path(workspace / "s"))
        agent.call("shutdown", on=client, how="send")
        assert agent.call("recv", on=server, max=1)["end"] is True
        agent.call("send_all", on=server, data=data(b"late"))
        assert agent.recv(client) == b"late"

    def test_a_stream_lives_until_both_halves_are_closed(self, agent: Agent, workspace: Path) -> None:
        _, client, server = streams(agent, path(workspace / "s"))
        agent.call("split", on=client, receiver="r", sender="s")
        assert agent.refuses("send", on=client, data=data(b"x"))["kind"] == "invalid_handle"
        assert agent.refuses("send", on="r", data=data(b"x"))["kind"] == "invalid_handle"
        agent.call("close", on="r")
        agent.call("send_all", on="s", data=data(b"still"))
        assert agent.recv(server) == b"still"
        agent.call("close", on="s")
        assert agent.call("recv", on=server, max=1)["end"] is True

    def test_only_halves_of_one_stream_can_be_joined(self, agent: Agent, workspace: Path) -> None:
        _, client, server = streams(agent, path(workspace / "s"))
        agent.call("split", on=client, receiver="r", sender="s")
        agent.call("split", on=server, receiver="r2", sender="s2")
        assert agent.refuses("unsplit", receiver="r", sender="s2", as_="x")["kind"] == "invalid_input"
        agent.call("unsplit", receiver="r", sender="s", as_="joined")
        agent.call("send_all", on="joined", data=data(b"x"))
        assert agent.recv("r2") == b"x"

    def test_the_end_comes_when_the_last_duplicate_is_closed(self, agent: Agent) -> None:
        agent.call("pipe", receiver="r", sender="s")
        agent.call("duplicate", on="s", as_="s2")
        agent.call("close", on="s")
        assert agent.refuses("recv", on="r", max=1, wait="try")["kind"] == "would_block"
        agent.call("close", on="s2")
        assert agent.call("recv", on="r", max=1)["end"] is True

    def test_a_closed_handle_is_invalid_and_closing_again_harms_nobody(self, agent: Agent) -> None:
        agent.call("pipe", receiver="r", sender="s")
        agent.call("close", on="r")
        agent.call("pipe", receiver="r2", sender="s2")
        assert agent.refuses("close", on="r")["kind"] == "invalid_handle"
        agent.call("close", on="r", again=True)
        agent.call("send", on="s2", data=data(b"x"))
        assert agent.recv("r2") == b"x"

    def test_closing_a_stream_ends_the_receive_that_waits_on_it(self, agent: Agent, workspace: Path) -> None:
        _, client, _ = streams(agent, path(workspace / "s"))
        waiting = agent.start("recv", on=client, max=1)
        assert agent.blocked(waiting)
        agent.call("close", on=client)
        with pytest.raises(Exception, match="cancelled"):
            agent.finish(waiting)

    def test_credentials_are_those_of_the_other_process(self, agent: Agent, witness: Agent, workspace: Path) -> None:
        listener = agent.make("listen", name=path(workspace / "s"))
        client = witness.make("connect", name=path(workspace / "s"))
        server = agent.make("accept", on=listener)
        if sys.platform == "linux":
            assert agent.call("peer_credentials", on=server)["pid"] == witness.process.pid
            assert witness.call("peer_credentials", on=client)["pid"] == agent.process.pid
        assert agent.call("peer_credentials", on=server)["uid"] == os.geteuid()

    def test_a_broken_pipe_is_an_error_even_where_sigpipe_kills(self, agent: Agent, workspace: Path) -> None:
        _, client, server = streams(agent, path(workspace / "s"))
        agent.call("pipe", receiver="r", sender="s")
        agent.call("on_signal", signal="PIPE", action="default")
        agent.call("close", on=server)
        agent.call("close", on="r")
        for sender in (client, "s"):
            assert agent.refuses("send", on=sender, data=data(b"x"))["kind"] == "broken_pipe"
        agent.call("identity")


class TestFifo:
    @pytest.mark.parametrize("wait", [None, 5000, "ready"])
    @pytest.mark.parametrize("first", ["receiver", "sender"])
    def test_opening_waits_for_the_other_end(self, agent: Agent, workspace: Path, wait: object, first: str) -> None:
        fifo = path(workspace / "f")
        agent.call("make_fifo", path=fifo, mode=0o600)
        waits = {} if wait is None else {"wait": wait}
        opening = agent.start("open_fifo", path=fifo, end=first, as_=first, **waits)
        assert agent.blocked(opening)
        other = "sender" if first == "receiver" else "receiver"
        agent.call("open_fifo", path=fifo, end=other, as_=other, **waits)
        agent.finish(opening)
        agent.call("send_all", on="sender", data=data(b"through"))
        assert agent.recv("receiver") == b"through"
        agent.call("close", on="sender")
        assert agent.call("recv", on="receiver", max=1)["end"] is True
        assert agent.call("get_blocking", on="receiver") == {"blocking": True}

    def test_opening_gives_up_and_leaves_nothing_open(self, agent: Agent, workspace: Path) -> None:
        fifo = path(workspace / "f")
        agent.call("make_fifo", path=fifo)
        before = agent.call("resources")["descriptors"]
        for end in ("receiver", "sender"):
            assert agent.refuses("open_fifo", path=fifo, end=end, as_="x", wait=30)["kind"] == "timed_out"
        assert agent.refuses("open_fifo", path=fifo, end="sender", as_="x", wait="try")["kind"] == "no_peer"
        assert agent.call("resources")["descriptors"] == before

    def test_no_writer_yet_is_not_the_end(self, agent: Agent, workspace: Path) -> None:
        fifo = path(workspace / "f")
        agent.call("make_fifo", path=fifo)
        agent.call("open_fifo", path=fifo, end="receiver", as_="r", wait="try")
        assert agent.refuses("recv", on="r", max=1, wait="try")["kind"] == "would_block"
        assert agent.refuses("recv", on="r", max=1, wait=30)["kind"] == "timed_out"
        waiting = agent.start("recv", on="r", max=10)
        assert agent.blocked(waiting)
        agent.call("open_fifo", path=fifo, end="sender", as_="s", wait="try")
        agent.call("send_all", on="s", data=data(b"x"))
        assert bytes_of(agent.finish(waiting)) == b"x"
        agent.call("close", on="s")
        assert agent.call("recv", on="r", max=1)["end"] is True

    def test_what_is_no_fifo_is_refused(self, agent: Agent, workspace: Path) -> None:
        (workspace / "file").write_text("precious")
        error = agent.refuses("open_fifo", path=path(workspace / "file"), end="sender", as_="x")
        assert error["kind"] == "wrong_type"
        error = agent.refuses("open_fifo", path=path(workspace / "none"), end="sender", as_="x")
        assert error["kind"] == "not_found"
        assert not (workspace / "none").exists()
