"""The second opinion, driven as a process over its pipes, one group of operations after the other."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "agents are processes of a POSIX system here"

import hashlib
import os
import signal
import socket
import time
import zipfile
from pathlib import Path

import pytest

from conformance.tests.driver import Agent, bytes_of, data, path, table
from conformance.tests.stdlib_agent import AGENT, agent, streams, witness, workspace

__all__ = ["agent", "witness", "workspace"]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a POSIX agent")


def pattern(seed: int, length: int, offset: int = 0) -> bytes:
    blocks = range((offset + length) // 32 + 1)
    whole = b"".join(hashlib.sha256(f"{seed}:{block}".encode()).digest() for block in blocks)
    return whole[offset : offset + length]


class TestProtocol:
    def test_hello_says_what_the_page_asks_for(self, agent: Agent) -> None:
        assert agent.hello["protocol"] == 1
        assert agent.hello["concurrent"] is True
        assert agent.hello["warm"] is True
        assert agent.hello["witness"] is True

    def test_an_operation_that_nobody_has_is_declined(self, agent: Agent) -> None:
        assert agent.refuses("canary_5f3a")["kind"] == "unsupported"

    def test_a_subject_has_no_witness_operations(self, agent: Agent) -> None:
        assert agent.refuses("make_workspace")["kind"] == "unsupported"

    def test_a_line_that_is_no_request_harms_nothing(self, agent: Agent) -> None:
        assert agent.process.stdin is not None
        agent.process.stdin.write(b'{"id": 1,\n[]\n\xff\n')
        assert agent.call("identity")["pid"] == agent.process.pid

    def test_bye_closes_everything_and_ends_with_status_0(self, agent: Agent, workspace: Path) -> None:
        agent.make("listen", name=path(workspace / "s"))
        agent.call("bye")
        assert agent.status() == 0
        assert not (workspace / "s").exists()

    @pytest.mark.parametrize(
        ("how", "status"),
        [("kill", -signal.SIGKILL), ("abort", -signal.SIGABRT), ("terminate", -signal.SIGTERM), ("exit", 0)],
    )
    def test_die_ends_the_process_as_asked_while_a_receive_waits(self, agent: Agent, how: str, status: int) -> None:
        agent.call("pipe", receiver="r", sender="s")
        agent.start("recv", on="r", max=1)
        agent.start("die", how=how)
        assert agent.status() == status

    def test_the_end_of_input_ends_it(self, agent: Agent) -> None:
        assert agent.process.stdin is not None
        agent.process.stdin.close()
        assert agent.status() == 0

    def test_it_runs_from_inside_a_zip_file(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "agent.pyz", "w") as archive:
            for module in AGENT.glob("*.py"):
                archive.write(module, f"stdlib/{module.name}")
            archive.writestr("__main__.py", "from stdlib.serve import main\nmain()\n")
        with Agent(sys.executable, "-I", "-S", str(tmp_path / "agent.pyz")) as agent:
            agent.call("chdir", path="/")
            child = agent.call("spawn", as_="c", inherit=[])
            reply = table(agent.call("ask", child="c", request={"op": "identity"})["reply"])
            assert table(reply["ok"])["pid"] == child["pid"]


class TestData:
    def test_a_pattern_is_the_digests_of_its_numbered_blocks(self, agent: Agent) -> None:
        agent.call("pipe", receiver="r", sender="s")
        agent.call("send", on="s", data={"pattern": 7, "length": 100, "offset": 45})
        reply = agent.call("recv", on="r", max=200)
        assert bytes_of(reply) == pattern(7, 100, 45)
        assert reply["sha256"] == hashlib.sha256(pattern(7, 100, 45)).hexdigest()

    def test_much_data_goes_through_while_both_sides_wait(self, agent: Agent, workspace: Path) -> None:
        _, client, server = streams(agent, path(workspace / "s"))
        length = 1_000_003
        sending = agent.start("send_all", on=client, data={"pattern": 3, "length": length})
        assert agent.blocked(sending)
        got = agent.call("recv_exact", on=server, length=length)
        assert agent.finish(sending) == {"sent": length}
        assert got["sha256"] == hashlib.sha256(pattern(3, length)).hexdigest()
        assert "base64" not in got

    def test_the_end_is_an_error_with_what_came_before_it(self, agent: Agent) -> None:
        agent.call("pipe", receiver="r", sender="s")
        agent.call("send_all", on="s", data=data(b"abc"))
        agent.call("close", on="s")
        error = agent.refuses("recv_exact", on="r", length=10)
        assert error["kind"] == "end"
        assert bytes_of(table(error["received"])) == b"abc"

    def test_receive_to_the_end_says_so(self, agent: Agent) -> None:
        agent.call("pipe", receiver="r", sender="s")
        waiting = agent.start("recv_to_end", on="r")
        agent.call("send_all", on="s", data=data(b"tail"))
        assert agent.blocked(waiting)
        agent.call("close", on="s")
        reply = agent.finish(waiting)
        assert (bytes_of(reply), reply["end"]) == (b"tail", True)


class TestWaits:
    @pytest.mark.parametrize("wait", ["try", 30])
    def test_a_receive_from_nothing_gives_up_as_it_was_told(self, agent: Agent, wait: object) -> None:
        agent.call("pipe", receiver="r", sender="s")
        error = agent.refuses("recv", on="r", max=1, wait=wait)
        assert error["kind"] == ("would_block" if wait == "try" else "timed_out")

    @pytest.mark.parametrize("kind", ["pipe", "stream"])
    def test_a_send_into_a_full_channel_reports_what_went(self, agent: Agent, workspace: Path, kind: str) -> None:
        if kind == "pipe":
            agent.call("pipe", receiver="r", sender="sender")
            sender = "sender"
        else:
            _, sender, _ = streams(agent, path(workspace / "s"))
        error = agent.refuses("send_all", on=sender, data={"pattern": 1, "length": 1 << 21}, wait=50)
        assert error["kind"] == "timed_out"
        assert isinstance(error["sent"], int)
        assert 0 < error["sent"] < 1 << 21
        assert agent.call("get_blocking", on=sender) == {"blocking": True}

    def test_one_deadline_holds_for_all_of_a_dripping_receive(self, agent: Agent) -> None:
        agent.call("pipe", receiver="r", sender="s")
        began = time.monotonic()
        waiting = agent.start("recv_exact", on="r", length=100, wait=300)
        while agent.blocked(waiting, 0.05):
            agent.call("send", on="s", data=data(b"x"))
        assert time.monotonic() - began < 2
        with pytest.raises(Exception, match="timed_out"):
            agent.finish(waiting)

    def test_a_nonblocking_handle_would_block_where_no_wait_is_given(self, agent: Agent) -> None:
        agent.call("pipe", receiver="r", sender="s")
        agent.call("set_blocking", on="r", blocking=False)
        assert agent.refuses("recv", on="r", max=1)["kind"] == "would_block"
        assert agent.refuses("recv", on="r", max=1, wait=20)["kind"] == "timed_out"

    def test_accept_waits_tries_and_gives_up(self, agent: Agent, workspace: Path) -> None:
        listener = agent.make("listen", name=path(workspace / "s"))
        assert agent.refuses("accept", on=listener, as_="a", wait="try")["kind"] == "would_block"
        assert agent.refuses("accept", on=listener, as_="a", wait=20)["kind"] == "timed_out"
        waiting = agent.start("accept", on=listener, as_="a", wait="ready")
        assert agent.blocked(waiting)
        agent.make("connect", name=path(workspace / "s"))
        agent.finish(waiting)
        assert agent.call("get_blocking", on=listener) == {"blocking": True}

    def test_two_accepts_with_deadlines_share_one_client_fairly(self, agent: Agent, workspace: Path) -> None:
        listener = agent.make("listen", name=path(workspace / "s"))
        waiting = [agent.start("accept", on=listener, as_=f"a{number}", wait=400) for number in range(2)]
        agent.make("connect", name=path(workspace / "s"))
        outcomes = sorted("ok" if "ok" in (agent.reply(each) or {}) else "no" for each in waiting)
        assert outcomes == ["no", "ok"]

    @pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse where the backlog is full")
    @pytest.mark.parametrize("wait", [None, 5000, "ready"])
    def test_connect_waits_for_a_place_in_a_full_backlog(self, agent: Agent, workspace: Path, wait: object) -> None:
        name = path(workspace / "s")
        listener = agent.make("listen", name=name, backlog=0)
        agent.make("connect", name=name)
        assert agent.refuses("connect", name=name, as_="x", wait="try")["kind"] == "would_block"
        began = time.monotonic()
        assert agent.refuses("connect", name=name, as_="x", wait=60)["kind"] == "timed_out"
        assert 0.05 < time.monotonic() - began < 2
        waiting = agent.start("connect", name=name, as_="late", **({} if wait is None else {"wait": wait}))
        assert agent.blocked(waiting)
        agent.make("accept", on=listener)
        agent.finish(waiting)
        served = agent.make("accept", on=listener)
        agent.call("send_all", on="late", data=data(b"hi"))
        assert agent.recv(served) == b"hi"

    @pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse where the backlog is full")
    def test_a_signal_does_not_make_connect_believe_that_it_is_connected(self, agent: Agent, workspace: Path) -> None:
        name = path(workspace / "s")
        listener = agent.make("listen", name=name, backlog=0)
        agent.make("connect", name=name)
        agent.call("on_signal", signal="USR1", action="count")
        waiting = agent.start("connect", name=name, as_="late")
        assert agent.blocked(waiting)
        os.kill(agent.process.pid, signal.SIGUSR1)
        assert agent.blocked(waiting)
        agent.make("accept", on=listener)
        agent.finish(waiting)
        agent.make("accept", on=listener)
        assert agent.call("send", on="late", data=data(b"x")) == {"sent": 1}

    def test_ready_answers_now_and_later(self, agent: Agent) -> None:
        agent.call("pipe", receiver="r", sender="s")
        assert agent.call("ready", on="r", for_="recv", wait=20) == {"ready": False}
        waiting = agent.start("ready", on="r", for_="recv", wait=5000)
        agent.call("send", on="s", data=data(b"x"))
        assert agent.finish(waiting) == {"ready": True}


class TestNames:
    def test_a_nul_byte_is_refused_and_makes_nothing(self, agent: Agent, workspace: Path) -> None:
        error = agent.refuses("listen", name=path(f"{workspace}/a\0b"), as_="l")
        assert error["kind"] == "invalid_name"
        assert list(workspace.iterdir()) == []

    def test_an_empty_name_is_refused(self, agent: Agent) -> None:
        for kind in ("path", "abstract", "namespaced"):
            assert agent.refuses("listen", name={"kind": kind, "text": ""}, as_="l")["kind"] == "invalid_name"

    def test_the_longest_path_works_and_one_byte_more_does_not(self, agent: Agent, workspace: Path) -> None:
        longest = 107 if sys.platform == "linux" else 103
        name = f"{workspace}/".ljust(longest, "x")
        streams(agent, path(name))
        assert agent.refuses("listen", name=path(name + "x"), as_="l")["kind"] == "name_too_long"

    @pytest.mark.skipif(sys.platform != "linux", reason="the abstract namespace is Linux's")
    def test_an_abstract_name_has_exactly_its_length(self, agent: Agent) -> None:
        agent.make("listen", name={"kind": "abstract", "text": f"ipc-{os.getpid()}"})
        with socket.socket(socket.AF_UNIX) as foreign:
            foreign.connect(f"\0ipc-{os.getpid()}")
        error = agent.refuses("connect", name={"kind": "abstract", "text": f"ipc-{os.getpid()}\0"}, as_="x")
        assert error["kind"] == "refused"

    def test_bytes_that_are_no_text_are_a_name(self, agent: Agent, workspace: Path) -> None:
        name = {"kind": "path", **data(os.fsencode(workspace) + b"/\xff")}
        listener, _, _ = streams(agent, name)
        assert os.listdir(os.fsencode(workspace)) == [b"\xff"]
        agent.call("close", on=listener)
        assert list(workspace.iterdir()) == []
