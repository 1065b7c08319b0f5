"""The second opinion and processes: descriptors handed on, limits, signals, the witness, the warm parent."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "agents are processes of a POSIX system here"

import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from conformance.tests.driver import Agent, bytes_of, data, path, table
from conformance.tests.stdlib_agent import COMMAND, agent, streams, witness, workspace

__all__ = ["agent", "witness", "workspace"]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a POSIX agent")


def asked(agent: Agent, child: str, op: str, **args: object) -> Mapping[str, object]:
    """The `ok` of an operation that a child does."""
    clean = {key.rstrip("_"): value for key, value in args.items()}
    reply = table(agent.call("ask", child=child, request={"op": op, "args": clean})["reply"])
    assert "ok" in reply, reply
    return table(reply["ok"])


class TestDescriptors:
    def test_received_descriptors_work_and_are_not_inheritable(self, agent: Agent, workspace: Path) -> None:
        _, client, server = streams(agent, path(workspace / "s"))
        agent.call("pipe", receiver="r", sender="s")
        listener = agent.make("listen", name=path(workspace / "l"))
        agent.call("send_descriptors", on=client, data=data(b"!"), handles=["r", "s", listener])
        reply = agent.call("recv_descriptors", on=server, max=10, as_=["r2", "s2", "l2"])
        assert (bytes_of(reply), reply["count"], reply["truncated"]) == (b"!", 3, False)
        assert [agent.call("inheritable", on=each)["inheritable"] for each in ("r2", "s2", "l2")] == [False] * 3
        agent.call("send", on="s2", data=data(b"x"))
        assert agent.recv("r2") == b"x"
        agent.make("connect", name=path(workspace / "l"))
        agent.make("accept", on="l2")

    def test_descriptors_beyond_those_that_were_asked_for_are_closed(self, agent: Agent, workspace: Path) -> None:
        _, client, server = streams(agent, path(workspace / "s"))
        agent.call("pipe", receiver="r", sender="s")
        agent.call("send_descriptors", on=client, data=data(b"!"), handles=["s", "s", "s"])
        reply = agent.call("recv_descriptors", on=server, max=10, as_=["one"])
        assert (reply["count"], reply["truncated"]) == (1, True)
        for sender in ("s", "one"):
            agent.call("close", on=sender)
        assert agent.call("recv", on="r", max=1, wait=2000)["end"] is True

    def test_descriptors_without_data_are_refused(self, agent: Agent, workspace: Path) -> None:
        _, client, _ = streams(agent, path(workspace / "s"))
        error = agent.refuses("send_descriptors", on=client, data=data(b""), handles=[client])
        assert error["kind"] == "invalid_input"


class TestChildren:
    def test_a_child_adopts_what_it_inherits_and_nothing_else_reaches_it(self, agent: Agent, workspace: Path) -> None:
        _, client, server = streams(agent, path(workspace / "s"))
        agent.call("pipe", receiver="r", sender="s")
        spawned = agent.call("spawn", as_="child", inherit=[client])
        asked(agent, "child", "adopt", as_="mine", token=table(spawned["tokens"])[client], kind="stream")
        assert agent.call("inheritable", on=client) == {"inheritable": False}
        agent.call("close", on=client)
        agent.call("close", on="s")
        assert agent.call("recv", on="r", max=1, wait=2000)["end"] is True
        asked(agent, "child", "send_all", on="mine", data=data(b"from the child"))
        assert agent.recv(server) == b"from the child"

    def test_an_adopted_listener_does_not_take_the_name_with_it(self, agent: Agent, workspace: Path) -> None:
        listener = agent.make("listen", name=path(workspace / "s"))
        spawned = agent.call("spawn", as_="child", inherit=[listener])
        asked(agent, "child", "adopt", as_="l", token=table(spawned["tokens"])[listener], kind="listener")
        asked(agent, "child", "close", on="l")
        agent.make("connect", name=path(workspace / "s"))

    def test_a_child_that_dies_is_an_end_and_is_reaped(self, agent: Agent) -> None:
        spawned = agent.call("spawn", as_="child", inherit=[])
        error = agent.refuses("ask", child="child", request={"op": "die", "args": {"how": "kill"}})
        assert error["kind"] == "end"
        agent.call("close", on="child")
        assert isinstance(spawned["pid"], int)
        with pytest.raises(ProcessLookupError):
            os.kill(spawned["pid"], 0)

    def test_a_child_answers_while_another_request_of_it_waits(self, agent: Agent) -> None:
        agent.call("spawn", as_="child", inherit=[])
        asked(agent, "child", "pipe", receiver="r", sender="s")
        waiting = agent.start("ask", child="child", request={"op": "recv", "args": {"on": "r", "max": 1}})
        assert agent.blocked(waiting)
        asked(agent, "child", "send", on="s", data=data(b"x"))
        assert "ok" in table(agent.finish(waiting)["reply"])


class TestProcess:
    def test_exactly_the_spare_descriptors_can_be_opened(self, agent: Agent) -> None:
        before = agent.call("resources")["descriptors"]
        agent.call("exhaust_descriptors", spare=2)
        agent.call("pipe", receiver="r", sender="s")
        assert agent.refuses("pipe", receiver="r2", sender="s2")["kind"] == "exhausted"
        agent.call("release_descriptors")
        agent.call("close", on="r")
        agent.call("close", on="s")
        assert agent.call("resources")["descriptors"] == before

    def test_threads_are_counted_while_operations_wait(self, agent: Agent) -> None:
        agent.call("pipe", receiver="r", sender="s")
        assert agent.call("resources")["threads"] == 1
        waiting = agent.start("recv", on="r", max=1)
        assert agent.call("resources")["threads"] == 2
        agent.call("send", on="s", data=data(b"x"))
        agent.finish(waiting)
        assert any(agent.call("resources")["threads"] == 1 for _ in range(1000))

    def test_a_signal_is_counted_and_interrupts_nothing_for_good(self, agent: Agent) -> None:
        agent.call("pipe", receiver="r", sender="s")
        agent.call("on_signal", signal="USR1", action="count")
        waiting = agent.start("recv", on="r", max=1, wait=5000)
        assert agent.blocked(waiting)
        os.kill(agent.process.pid, signal.SIGUSR1)
        assert agent.call("signal_count", signal="USR1") == {"count": 1}
        assert agent.blocked(waiting)
        agent.call("send", on="s", data=data(b"x"))
        assert bytes_of(agent.finish(waiting)) == b"x"

    def test_a_signal_counts_when_nothing_waits(self, agent: Agent) -> None:
        agent.call("on_signal", signal="USR1", action="count")
        os.kill(agent.process.pid, signal.SIGUSR1)
        assert agent.call("signal_count", signal="USR1") == {"count": 1}

    @pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root has privileges to drop")
    def test_privileges_can_be_dropped(self, agent: Agent) -> None:
        assert agent.call("drop_privileges") == {"uid": 65534, "gid": 65534}
        assert agent.call("identity")["uid"] == 65534


class TestWitness:
    def test_it_sees_what_is_at_a_path(self, witness: Agent, workspace: Path) -> None:
        for name, op in (("bound", "bind_only"), ("fifo", "make_fifo")):
            if op == "bind_only":
                witness.make(op, name=path(workspace / name))
            else:
                witness.call(op, path=path(workspace / name))
        witness.call("write_file", path=f"{workspace}/file", text="hello")
        witness.call("make_directory", path=f"{workspace}/directory", mode=0o700)
        witness.call("symlink", path="file", to=f"{workspace}/link")
        seen = {name: witness.call("stat", path=f"{workspace}/{name}")["type"] for name in os.listdir(workspace)}
        kinds = {"bound": "socket", "fifo": "fifo", "file": "file", "directory": "directory", "link": "symlink"}
        assert seen == kinds
        assert witness.call("stat", path=f"{workspace}/link", follow=True)["size"] == 5
        assert witness.call("stat", path=f"{workspace}/nothing")["type"] == "none"
        assert witness.call("list", path=str(workspace))["names"] == sorted(kinds)

    def test_it_changes_what_is_at_a_path(self, witness: Agent, workspace: Path) -> None:
        witness.call("write_file", path=f"{workspace}/a", text="x")
        witness.call("chmod", path=f"{workspace}/a", mode=0o600)
        witness.call("link", path=f"{workspace}/a", to=f"{workspace}/b")
        witness.call("rename", path=f"{workspace}/a", to=f"{workspace}/c")
        assert witness.call("stat", path=f"{workspace}/c")["mode"] == 0o600
        assert witness.call("read_file", path=data(os.fsencode(workspace / "b"))) == {"text": "x"}
        witness.call("remove", path=f"{workspace}/b")
        assert witness.call("list", path=str(workspace))["names"] == ["c"]

    def test_a_workspace_is_private_and_goes_with_what_is_in_it(self, witness: Agent) -> None:
        place = Path(str(witness.call("make_workspace")["path"]))
        assert place.stat().st_mode & 0o777 == 0o711
        (place / "sub").mkdir()
        (place / "sub" / "file").write_text("x")
        (place / "sub").chmod(0)
        (place / "out").symlink_to("/usr")
        assert witness.call("remove_workspace", path=str(place)) == {"left": ["out", "sub"]}
        assert not place.exists()
        assert witness.refuses("remove_workspace", path="/usr")["kind"] == "invalid_input"

    def test_it_signals_processes(self, witness: Agent, agent: Agent) -> None:
        witness.call("signal", pid=agent.process.pid, signal="KILL")
        assert agent.status() == -signal.SIGKILL


class Warm:
    """A warm parent and its end of the socket."""

    def __init__(self) -> None:
        self.socket, theirs = socket.socketpair()
        self.socket.settimeout(10)
        with theirs:
            self.process = subprocess.Popen(
                COMMAND,
                stdin=subprocess.DEVNULL,
                env={"IPC_CONFORMANCE_WARM_FD": str(theirs.fileno())},
                pass_fds=(theirs.fileno(),),
            )
        self.lines = self.socket.makefile("rb")
        assert self.line() == {"warm": 1}

    def line(self) -> Mapping[str, object]:
        return table(json.loads(self.lines.readline()))

    def fork(self) -> tuple[int, int, int]:
        """A child: its pid, its input, its output."""
        in_r, in_w = os.pipe()
        out_r, out_w = os.pipe()
        socket.send_fds(self.socket, [b'{"fork": 1}\n'], [in_r, out_w, 2])
        os.close(in_r)
        os.close(out_w)
        reply = self.line()
        assert reply["fork"] == 1
        assert isinstance(reply["pid"], int)
        return reply["pid"], in_w, out_r

    def close(self) -> None:
        self.lines.close()
        self.socket.close()
        self.process.wait(10)


@pytest.fixture
def warm() -> Iterator[Warm]:
    parent = Warm()
    try:
        yield parent
    finally:
        parent.process.kill()
        parent.close()


class TestWarmParent:
    def test_a_child_serves_in_a_session_of_its_own(self, warm: Warm) -> None:
        pid, requests, replies = warm.fork()
        os.write(requests, b'{"id": 1, "op": "identity"}\n{"id": 2, "op": "resources"}\n')
        with os.fdopen(replies, "rb") as lines:
            assert json.loads(lines.readline())["ok"]["pid"] == pid
            assert json.loads(lines.readline())["ok"]["descriptors"] == 3
            assert os.getsid(pid) == pid
            os.close(requests)
            assert warm.line() == {"ended": pid, "status": 0}
            assert lines.read() == b""

    def test_a_child_can_be_killed_and_its_end_is_told(self, warm: Warm) -> None:
        pid, requests, replies = warm.fork()
        warm.socket.sendall(b'{"kill": 1, "signal": 9}\n{"kill": %d, "signal": 9}\n' % pid)
        assert warm.line() == {"ended": pid, "status": -9}
        os.close(requests)
        os.close(replies)

    def test_the_end_of_the_socket_ends_parent_and_children(self, warm: Warm) -> None:
        pid, requests, replies = warm.fork()
        warm.close()
        assert warm.process.returncode == 0
        assert os.read(replies, 1) == b""
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        os.close(requests)
        os.close(replies)
