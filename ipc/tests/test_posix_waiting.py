"""Deadlines: for every call that waits, in total, by the clock, and without burning the processor."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "these tests are about POSIX systems"

import math
import os
import pathlib
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

import ipc
from ipc import errors, posix
from ipc.tests.support import PATIENCE, descriptor_limit, fill, fill_backlog

SLACK = 1.0

Waits = Callable[[float | None], object]


class Idle:
    """Endpoints on which every call has to wait."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.listener = ipc.listen(folder / "s")
        self.client = ipc.connect(folder / "s")
        self.server = self.listener.accept()
        self.receiver, self.sender = ipc.pipe()
        posix.make_fifo(folder / "fifo")
        fill(self.server)
        fill(self.sender)
        self.other_receiver, self.other_sender = ipc.pipe()
        self.calls: dict[str, Waits] = {
            "accept": self.listener.accept,
            "recv": lambda timeout: self.server.recv(10, timeout),
            "recv_into": lambda timeout: self.server.recv_into(bytearray(9), timeout),
            "recv_exact": lambda timeout: self.server.recv_exact(9, timeout),
            "send": lambda timeout: self.server.send(b"x", timeout),
            "send_all": lambda timeout: self.server.send_all(b"x", timeout),
            "send_vectored": lambda timeout: self.server.send_vectored([b"x"], timeout),
            "pipe recv": lambda timeout: self.other_receiver.recv(10, timeout),
            "pipe send": lambda timeout: self.sender.send(b"x", timeout),
            "pipe send_all": lambda timeout: self.sender.send_all(bytes(100_000), timeout),
            "fifo receiver": lambda timeout: posix.open_fifo_receiver(folder / "fifo", timeout).close(),
            "fifo sender": lambda timeout: posix.open_fifo_sender(folder / "fifo", timeout).close(),
            "recv_descriptors": lambda timeout: posix.recv_descriptors(self.server, 9, 1, timeout),
        }

    def close(self) -> None:
        for end in (
            self.listener,
            self.client,
            self.server,
            self.receiver,
            self.sender,
            self.other_receiver,
            self.other_sender,
        ):
            end.close()


NAMES = [
    "accept",
    "recv",
    "recv_into",
    "recv_exact",
    "send",
    "send_all",
    "send_vectored",
    "pipe recv",
    "pipe send",
    "pipe send_all",
    "fifo receiver",
    "fifo sender",
    "recv_descriptors",
]


@pytest.fixture
def idle(folder: pathlib.Path) -> Iterator[Idle]:
    endpoints = Idle(folder)
    try:
        yield endpoints
    finally:
        endpoints.close()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("timeout", [0.0001, 0.02, 0.15])
def test_a_deadline_ends_the_wait_not_earlier_and_not_much_later(idle: Idle, name: str, timeout: float) -> None:
    # Twice, since the first call under a deadline prepares the next.
    for _ in range(2):
        started = time.monotonic()
        with pytest.raises(errors.TimedOut) as caught:
            idle.calls[name](timeout)
        took = time.monotonic() - started
        assert timeout <= took < timeout + SLACK
        assert "cannot " in str(caught.value)


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("fifo")])
def test_zero_never_waits(idle: Idle, name: str) -> None:
    started = time.monotonic()
    with pytest.raises(errors.WouldBlock):
        idle.calls[name](0)
    assert time.monotonic() - started < 0.5


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("timeout", [-1, -0.001, math.nan, -math.inf])
def test_a_timeout_that_is_none_is_refused(idle: Idle, name: str, timeout: float) -> None:
    with pytest.raises(errors.InvalidInput):
        idle.calls[name](timeout)


@pytest.mark.parametrize("timeout", [2.0**40, 1e300, math.inf])
def test_a_huge_timeout_is_the_far_future(idle: Idle, timeout: float) -> None:
    later = threading.Timer(0.2, lambda: idle.client.send_all(b"late"))
    later.start()
    assert idle.server.recv(10, timeout) == b"late"
    later.join(PATIENCE)
    later = threading.Timer(0.2, lambda: idle.other_sender.send_all(b"late"))
    later.start()
    assert idle.other_receiver.recv(10, timeout) == b"late"
    later.join(PATIENCE)


def test_a_huge_timeout_is_the_far_future_for_a_connect_too(folder: pathlib.Path) -> None:
    with ipc.listen(folder / "s", backlog=0) as listener:
        for timeout in (2.0**40, 1e300, math.inf):
            clients = fill_backlog(folder / "s")
            later = threading.Timer(0.05, lambda: listener.accept(PATIENCE).close())
            later.start()
            clients.append(ipc.connect(folder / "s", timeout=timeout))
            later.join(PATIENCE)
            for client in clients:
                client.close()
            for _ in clients[1:]:
                listener.accept(PATIENCE).close()


def test_after_a_deadline_the_endpoint_works_and_nothing_is_lost(idle: Idle) -> None:
    for timeout in (0, 0.01, 0.2):
        with pytest.raises((errors.TimedOut, errors.WouldBlock)):
            idle.server.recv(10, timeout)
    idle.client.send_all(b"later")
    assert idle.server.recv_exact(5, PATIENCE) == b"later"


@pytest.mark.parametrize("name", ["recv", "pipe recv", "accept", "send", "fifo sender", "fifo receiver"])
def test_signals_do_not_extend_a_deadline(idle: Idle, name: str, alarms: Callable[[float], list[int]]) -> None:
    idle_once = idle.calls[name]
    with pytest.raises(errors.TimedOut):
        idle_once(0.06)
    counted = alarms(0.03)
    started = time.monotonic()
    with pytest.raises(errors.TimedOut):
        idle_once(0.5)
    assert 0.5 <= time.monotonic() - started < 0.5 + SLACK
    assert len(counted) >= 3


def test_a_peer_that_drips_does_not_extend_the_deadline(idle: Idle) -> None:
    stop = threading.Event()

    def drip() -> None:
        while not stop.wait(0.05):
            idle.client.send_all(b".")

    dripping = threading.Thread(target=drip)
    dripping.start()
    try:
        started = time.monotonic()
        with pytest.raises(errors.TimedOut):
            idle.server.recv_exact(1000, 0.5)
        assert 0.5 <= time.monotonic() - started < 0.5 + SLACK
    finally:
        stop.set()
        dripping.join(PATIENCE)
    assert idle.server.unread > 0


@pytest.mark.parametrize("name", NAMES)
def test_waiting_does_not_burn_the_processor(idle: Idle, name: str) -> None:
    with pytest.raises(errors.TimedOut):
        idle.calls[name](0.06)
    before = resource.getrusage(resource.RUSAGE_SELF)
    with pytest.raises(errors.TimedOut):
        idle.calls[name](0.6)
    after = resource.getrusage(resource.RUSAGE_SELF)
    assert after.ru_nvcsw - before.ru_nvcsw < 40
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.1


def test_descriptors_beyond_what_select_can_hold_work(folder: pathlib.Path) -> None:
    fillers: list[int] = []
    with descriptor_limit(1300):
        try:
            while not fillers or fillers[-1] < 1100:
                fillers.append(os.open(os.devnull, os.O_RDONLY))
            with ipc.listen(folder / "s") as listener:
                with pytest.raises(errors.TimedOut):
                    listener.accept(0.05)
                with ipc.connect(folder / "s", timeout=PATIENCE) as client, listener.accept(PATIENCE) as server:
                    assert server.fileno() > 1024
                    with pytest.raises(errors.TimedOut):
                        server.recv(timeout=0.05)
                    client.send_all(b"x", PATIENCE)
                    assert server.recv(timeout=PATIENCE) == b"x"
        finally:
            for filler in fillers:
                os.close(filler)


def test_a_deadline_leaves_no_trace_on_a_descriptor_that_is_given_out(idle: Idle) -> None:
    with pytest.raises(errors.TimedOut):
        idle.server.recv(10, 0.1)
    with pytest.raises(errors.TimedOut):
        idle.server.recv(10, 0.1)
    with socket.socket(fileno=os.dup(idle.server.fileno())) as foreign:
        assert os.get_blocking(foreign.fileno())
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            assert not any(foreign.getsockopt(socket.SOL_SOCKET, option, 16))
    started = time.monotonic()
    with pytest.raises(errors.TimedOut):
        idle.server.recv(10, 0.1)
    assert 0.1 <= time.monotonic() - started < 0.1 + SLACK


def test_a_deadline_of_a_duplicate_holds_after_the_other_is_given_out(idle: Idle) -> None:
    with idle.server.duplicate() as copy:
        for end in (idle.server, copy):
            with pytest.raises(errors.TimedOut):
                end.recv(10, 0.1)
        copy.fileno()
        for end in (idle.server, copy):
            with pytest.raises(errors.TimedOut):
                end.recv(10, 0.1)


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_deadline_holds_in_both_processes_after_a_fork(idle: Idle) -> None:
    with pytest.raises(errors.TimedOut):
        idle.server.recv(10, 0.1)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            idle.server.fileno()
            idle.server.recv(10, 0.1)
        except errors.TimedOut:
            status = 0
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    started = time.monotonic()
    with pytest.raises(errors.TimedOut):
        idle.server.recv(10, 0.1)
    assert time.monotonic() - started < 0.1 + SLACK


def test_pipe_ends_stay_in_blocking_mode_for_those_who_inherit_them(idle: Idle) -> None:
    for call in ("pipe recv", "pipe send"):
        with pytest.raises(errors.TimedOut):
            idle.calls[call](0.05)
    assert os.get_blocking(idle.other_receiver.fileno())
    assert os.get_blocking(idle.sender.fileno())


def test_calls_without_a_timeout_never_wait_after_set_blocking_false(idle: Idle) -> None:
    for end, call in ((idle.server, idle.server.recv), (idle.other_receiver, idle.other_receiver.recv)):
        end.set_blocking(False)
        assert not end.get_blocking()
        with pytest.raises(errors.WouldBlock):
            call()
        with pytest.raises(errors.TimedOut):
            call(10, 0.05)
        end.set_blocking(True)
        assert end.get_blocking()
    idle.listener.set_blocking(False)
    with pytest.raises(errors.WouldBlock):
        idle.listener.accept()
    idle.server.set_blocking(False)
    with pytest.raises(errors.WouldBlock):
        idle.server.send_all(b"x")
    with idle.server.duplicate() as copy:
        later = threading.Timer(0.1, lambda: idle.client.send_all(b"late"))
        later.start()
        assert copy.recv() == b"late"
        later.join(PATIENCE)
