"""Agents as processes: started cold or from a warm parent, ended with everything that they started."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "agents are processes of a POSIX system here"

import os
import secrets
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from conformance.live.agent import WARM_FD, Command, Launcher, Process, StartError
from conformance.live.strays import RUN_MARK, end_strays
from conformance.tests.tiny_agents import program
from conformance.tests.trial import DEADLINE, STDLIB, marked

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sessions and warm parents are POSIX")

HELLO = b'{"id": 1, "op": "hello", "args": {"protocol": [1, 1], "role": "subject"}}\n'
DIE = b'{"id": 2, "op": "die", "args": {"how": "%s"}}\n'


@pytest.fixture
def mark() -> Iterator[str]:
    word = f"test-{secrets.token_hex(4)}"
    yield word
    assert end_strays(word) == []


@pytest.fixture(params=[False, True], ids=["cold", "warm"])
def launcher(request: pytest.FixtureRequest, mark: str) -> Iterator[Launcher]:
    made = Launcher(STDLIB, mark, warm=request.param)
    yield made
    made.close()


@pytest.fixture
def warm(mark: str) -> Iterator[Launcher]:
    made = Launcher(STDLIB, mark, warm=True)
    yield made
    made.close()


def line(process: Process) -> bytes:
    """What an agent answers to a greeting."""
    os.write(process.stdin, HELLO)
    return os.read(process.stdout, 65536)


def comes(condition: Callable[[], bool]) -> bool:
    """Whether something comes to be so, under a deadline."""
    ended = time.monotonic() + DEADLINE
    while time.monotonic() < ended:
        if condition():
            return True
        os.sched_yield()
    return condition()


def test_a_fresh_agent_answers(launcher: Launcher) -> None:
    process = launcher.launch()
    try:
        assert b'"implementation"' in line(process)
        assert process.status(0) is None
    finally:
        process.close()


@pytest.mark.parametrize(("how", "status"), [(b"exit", 0), (b"kill", -9), (b"terminate", -15), (b"abort", -6)])
def test_how_an_agent_ended_is_told(how: bytes, status: int, launcher: Launcher) -> None:
    process = launcher.launch()
    try:
        os.write(process.stdin, DIE % how)
        assert process.status(DEADLINE) == status
        assert process.status(0) == status
    finally:
        process.close()


def test_an_agent_sees_the_end_of_its_input_although_others_run(launcher: Launcher) -> None:
    first, second = launcher.launch(), launcher.launch()
    try:
        line(second)
        first.close_input()
        assert first.status(DEADLINE) == 0
        assert second.status(0) is None
    finally:
        first.close()
        second.close()


def test_the_output_of_an_agent_ends_with_it_although_others_run(launcher: Launcher) -> None:
    first = launcher.launch()
    second = launcher.launch()
    try:
        line(second)
        os.write(first.stdin, DIE % b"kill")
        assert os.read(first.stdout, 1) == b""
        assert os.read(first.stderr, 1) == b""
    finally:
        first.close()
        second.close()


def test_closing_ends_the_process_and_lets_go_of_its_pipes(launcher: Launcher, mark: str) -> None:
    launcher.launch().close()
    before = psutil.Process().num_fds()
    process = launcher.launch()
    line(process)
    process.close()
    process.close()
    assert psutil.Process().num_fds() == before
    assert comes(lambda: process.pid not in marked(mark))


def test_a_stopped_agent_is_ended_all_the_same(launcher: Launcher, mark: str) -> None:
    process = launcher.launch()
    line(process)
    os.kill(process.pid, signal.SIGSTOP)
    process.close()
    assert comes(lambda: process.pid not in marked(mark))


def test_closing_a_launcher_ends_its_parent_and_every_child(mark: str) -> None:
    before = psutil.Process().num_fds()
    launcher = Launcher(STDLIB, mark, warm=True)
    left = launcher.launch()
    line(left)
    assert len(marked(mark)) >= 2
    launcher.close()
    assert comes(lambda: not marked(mark))
    left.close()
    assert psutil.Process().num_fds() == before
    launcher.close()


@pytest.mark.parametrize("agent", ["stdlib", "reference"])
def test_a_warm_parent_that_nobody_hears_any_more_ends_its_children(agent: str, mark: str) -> None:
    ours, theirs = socket.socketpair()
    with open(os.devnull, "r+b") as nothing:
        parent = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__).parents[1] / "agents" / agent)],
            env={RUN_MARK: mark, WARM_FD: str(theirs.fileno())}, pass_fds=(theirs.fileno(),), stdin=nothing,
        )  # fmt: skip
        reader, writer = os.pipe()
        theirs.close()
        with ours:
            ours.settimeout(DEADLINE)
            assert ours.recv(100) == b'{"warm":1}\n'
            for number in range(5):
                socket.send_fds(ours, [b'{"fork": %d}\n' % number], [reader, nothing.fileno(), nothing.fileno()])
    # Children read from a pipe whose writer is here: none ends by itself.
    os.close(reader)
    try:
        assert parent.wait(DEADLINE) == 0
        assert not marked(mark)
    finally:
        os.close(writer)
        parent.kill()


LEAVES_A_CHILD = """
import os, signal
child, parent = os.pipe()
if os.fork():
    os.read(child, 1)
    os.write(1, b"left one\\n")
    os._exit(0)
{leave}
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.write(parent, b".")
signal.pause()
"""


def test_what_an_agent_forked_ends_with_it(tmp_path: Path, mark: str) -> None:
    process = Launcher(program(tmp_path, LEAVES_A_CHILD.format(leave="")), mark, warm=False).launch()
    try:
        assert os.read(process.stdout, 100) == b"left one\n"
        assert process.status(DEADLINE) == 0
        assert len(marked(mark)) == 1
    finally:
        process.close()
    assert comes(lambda: not marked(mark))


def test_what_left_the_session_of_its_agent_is_found_by_the_mark_of_the_run(tmp_path: Path, mark: str) -> None:
    process = Launcher(program(tmp_path, LEAVES_A_CHILD.format(leave="os.setsid()")), mark, warm=False).launch()
    try:
        assert process.status(DEADLINE) == 0
    finally:
        process.close()
    (stray,) = marked(mark)
    assert ["tiny_agent.py" in words for words in end_strays(mark)] == [True]
    assert comes(lambda: not psutil.pid_exists(stray) or not marked(mark))


def test_agents_get_the_mark_and_none_of_what_steers_python_and_pytest(
    tmp_path: Path, mark: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PYTHONPATH", "PYTHONSTARTUP", "PYTEST_ADDOPTS"):
        monkeypatch.setenv(name, "/nowhere")
    told = "import os\nos.write(1, '\\n'.join(sorted(os.environ)).encode())"
    process = Launcher(program(tmp_path, told), mark, warm=False).launch()
    try:
        assert process.status(DEADLINE) == 0
        names = os.read(process.stdout, 65536).decode().split("\n")
    finally:
        process.close()
    assert RUN_MARK in names
    assert not [name for name in names if name.startswith(("PYTHON", "PYTEST"))]


@pytest.mark.parametrize("warm", [False, True])
def test_a_program_that_cannot_be_run_is_named_and_nothing_is_left_open(warm: bool, tmp_path: Path, mark: str) -> None:
    before = psutil.Process().num_fds()
    launcher = Launcher(Command("lost", (str(tmp_path / "lost"),)), mark, warm=warm)
    with pytest.raises(StartError, match=r"agent lost: .*cannot be run.*No such file"):
        launcher.launch()
    launcher.close()
    assert psutil.Process().num_fds() == before


def test_waiting_for_one_child_does_not_hold_up_the_others(warm: Launcher) -> None:
    lasting, other = warm.launch(), warm.launch()
    waiting = threading.Thread(target=lambda: lasting.status(DEADLINE))
    waiting.start()
    try:
        start = time.monotonic()
        line(other)
        warm.launch().close()
        assert other.status(0) is None
        other.close_input()
        assert other.status(DEADLINE) == 0
        assert waiting.is_alive()
        assert time.monotonic() - start < DEADLINE / 2
    finally:
        lasting.close()
        waiting.join()
        other.close()


def test_many_threads_get_a_process_each(warm: Launcher) -> None:
    processes: list[Process] = []

    def launch() -> None:
        for _ in range(10):
            process = warm.launch()
            processes.append(process)
            line(process)

    threads = [threading.Thread(target=launch) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    try:
        assert len({process.pid for process in processes}) == 40
    finally:
        for process in processes:
            process.close()


def test_a_warm_parent_that_was_killed_is_replaced(warm: Launcher, mark: str) -> None:
    first = warm.launch()
    line(first)
    parent = psutil.Process(first.pid).parent()
    assert parent is not None
    parent.kill()
    start = time.monotonic()
    assert first.status(DEADLINE) is None, "nobody is left who could tell"
    assert time.monotonic() - start < DEADLINE
    second = warm.launch()
    try:
        assert b'"implementation"' in line(second)
        assert psutil.Process(second.pid).ppid() not in (parent.pid, os.getpid())
        os.write(second.stdin, DIE % b"exit")
        assert second.status(DEADLINE) == 0
    finally:
        first.close()
        second.close()
    assert comes(lambda: first.pid not in marked(mark))


# A warm parent that answers each request to fork with `answer`; started cold, it answers a greeting.
PARENT = """
import os, socket, sys
fd = os.environ.pop("IPC_CONFORMANCE_WARM_FD", None)
if fd is None:
    os.write(1, b'{{"id": 1, "ok": {{"cold": true}}}}\\n')
    sys.exit(0 if os.read(0, 65536) else 1)
sock = socket.socket(fileno=int(fd))
{first}
sock.sendall(b'{{"warm": 1}}\\n')
while sock.recv(65536):
    {answer}
"""


@pytest.mark.parametrize(
    ("first", "answer"),
    [
        ("sys.exit(3)", "pass"),
        ("sock.sendall(b'{\"warm\": 2}\\n')", "pass"),
        ("sock.sendall(b'x' * 100000)", "pass"),
        ("pass", "sys.exit(4)"),
        ("pass", "sock.sendall(b'no\\n')"),
        ("pass", "sock.sendall(b'[]\\n')"),
        ("pass", 'sock.sendall(b\'{"fork": 1, "error": "no"}\\n\')'),
        ("pass", "sock.shutdown(2)"),
    ],
)
def test_an_agent_whose_warm_parent_is_none_is_started_cold(first: str, answer: str, tmp_path: Path, mark: str) -> None:
    launcher = Launcher(program(tmp_path, PARENT.format(first=first, answer=answer)), mark, warm=True)
    try:
        process = launcher.launch()
        try:
            assert os.read(process.stdout, 100) == b'{"id": 1, "ok": {"cold": true}}\n'
        finally:
            process.close()
    finally:
        launcher.close()
    assert comes(lambda: not marked(mark))


# Larger than any process number of a system, so that nobody is hit.
NUMBER = 99_999_999
COMES_ROUND = f"""
import os, socket
sock = socket.socket(fileno=int(os.environ["IPC_CONFORMANCE_WARM_FD"]))
sock.sendall(b'{{"warm": 1}}\\n')
asked = 0
while more := sock.recv(65536):
    for _ in range(more.count(b'"fork"')):
        asked += 1
        ended = b'{{"ended": {NUMBER}, "status": 0}}\\n' if asked > 1 else b""
        sock.sendall(ended + b'{{"fork": %d, "pid": {NUMBER}}}\\n' % asked)
"""


def test_a_process_number_that_is_given_out_again_is_not_dead_already(tmp_path: Path, mark: str) -> None:
    launcher = Launcher(program(tmp_path, COMES_ROUND), mark, warm=True)
    try:
        for _ in range(3):
            process = launcher.launch()
            try:
                assert process.pid == NUMBER
                assert process.status(0.05) is None
            finally:
                process.close()
    finally:
        launcher.close()
