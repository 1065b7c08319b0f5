"""Connecting: to whom, for how long, and what is left behind."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "these tests are about POSIX systems"

import os
import pathlib
import socket
import threading
import time
from collections.abc import Callable

import pytest

import ipc
from ipc import errors
from ipc.names import AbstractName
from ipc.tests.support import PATIENCE, all_descriptors_taken, fill_backlog, linux_only


@pytest.mark.parametrize("timeout", [None, 0, 0.5])
def test_connecting_to_nobody_fails_at_once_and_says_to_what(folder: pathlib.Path, timeout: float | None) -> None:
    started = time.monotonic()
    with pytest.raises(errors.NotFound) as caught:
        ipc.connect(folder / "nobody", timeout=timeout)

    assert str(folder / "nobody") in str(caught.value)
    assert time.monotonic() - started < 0.4


def test_a_socket_without_a_listener_refuses(folder: pathlib.Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(folder / "s"))
        with pytest.raises(errors.Refused):
            ipc.connect(folder / "s", timeout=PATIENCE)


def test_what_is_no_stream_socket_is_refused_or_of_the_wrong_type(folder: pathlib.Path) -> None:
    (folder / "file").write_text("")
    os.mkfifo(folder / "fifo")
    for name in ("file", "fifo", "."):
        with pytest.raises((errors.Refused, errors.WrongType)):
            ipc.connect(folder / name, timeout=PATIENCE)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagrams:
        datagrams.bind(str(folder / "d"))
        with pytest.raises(errors.WrongType):
            ipc.connect(folder / "d", timeout=PATIENCE)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has abstract names")
def test_abstract_names_are_exact_for_a_foreign_peer(folder: pathlib.Path) -> None:
    raw = b"ipc-" + folder.name.encode() + b"\0tail"
    with ipc.listen(AbstractName(raw)) as listener, socket.socket(socket.AF_UNIX) as foreign:
        foreign.connect(b"\0" + raw)
        with listener.accept(PATIENCE) as stream:
            stream.send_all(b"exact")
            assert foreign.recv(10) == b"exact"
        with pytest.raises(errors.Refused):
            ipc.connect(AbstractName(raw[:-5]), timeout=PATIENCE)
    with pytest.raises(errors.Refused):
        ipc.connect(AbstractName(raw), timeout=PATIENCE)


def test_a_name_with_a_nul_byte_does_not_reach_the_name_before_it(folder: pathlib.Path) -> None:
    with ipc.listen(folder / "a"), pytest.raises(errors.InvalidName):
        ipc.connect(f"{folder}/a\0zzz", timeout=PATIENCE)


@pytest.mark.parametrize("name", [b"\xff\xfe", "é".encode(), b"with space", b"-"])
def test_a_path_may_have_any_bytes(folder: pathlib.Path, name: bytes) -> None:
    path = os.path.join(os.fsencode(folder), name)
    with ipc.listen(path) as listener, ipc.connect(path, timeout=PATIENCE), listener.accept(PATIENCE):
        assert os.listdir(os.fsencode(folder)) == [name]
    assert os.listdir(folder) == []


@linux_only
def test_a_full_backlog_would_block_and_times_out_when_the_time_is_up(folder: pathlib.Path) -> None:
    with ipc.listen(folder / "s", backlog=0):
        clients = fill_backlog(folder / "s")
        try:
            started = time.monotonic()
            with pytest.raises(errors.TimedOut):
                ipc.connect(folder / "s", timeout=0.3)
            assert 0.29 <= time.monotonic() - started < 1.5
            with pytest.raises(errors.WouldBlock):
                ipc.connect(folder / "s", timeout=0)
        finally:
            for client in clients:
                client.close()


@linux_only
@pytest.mark.parametrize("timeout", [None, PATIENCE])
def test_a_connect_that_waits_for_room_succeeds_when_there_is_some(folder: pathlib.Path, timeout: float | None) -> None:
    with ipc.listen(folder / "s", backlog=0) as listener:
        clients = fill_backlog(folder / "s")
        accepted: list[ipc.Stream] = []
        later = threading.Timer(0.2, lambda: accepted.extend(listener.accept(PATIENCE) for _ in clients))
        later.start()
        try:
            with ipc.connect(folder / "s", timeout=timeout) as late:
                late.send_all(b"here")
                later.join(PATIENCE)
                with listener.accept(PATIENCE) as stream:
                    assert stream.recv_exact(4, PATIENCE) == b"here"
        finally:
            later.join(PATIENCE)
            for stream in (*clients, *accepted):
                stream.close()


@linux_only
def test_signals_neither_end_nor_fake_a_connect_that_waits(
    folder: pathlib.Path, alarms: Callable[[float], list[int]]
) -> None:
    with ipc.listen(folder / "s", backlog=0):
        clients = fill_backlog(folder / "s")
        try:
            counted = alarms(0.03)
            started = time.monotonic()
            with pytest.raises(errors.TimedOut):
                ipc.connect(folder / "s", timeout=0.4)
            assert 0.39 <= time.monotonic() - started < 1.6
            assert len(counted) >= 3
        finally:
            for client in clients:
                client.close()


@linux_only
def test_a_connect_that_waits_fails_when_the_listener_closes(folder: pathlib.Path) -> None:
    listener = ipc.listen(folder / "s", backlog=0)
    clients = fill_backlog(folder / "s")
    later = threading.Timer(0.2, listener.close)
    later.start()
    try:
        with pytest.raises((errors.Refused, errors.ConnectionReset, errors.NotFound)):
            ipc.connect(folder / "s", timeout=PATIENCE)
    finally:
        later.join(PATIENCE)
        for client in clients:
            client.close()


@linux_only
def test_waiting_for_room_does_not_burn_the_processor(folder: pathlib.Path) -> None:
    import resource

    with ipc.listen(folder / "s", backlog=0):
        clients = fill_backlog(folder / "s")
        try:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw
            with pytest.raises(errors.TimedOut):
                ipc.connect(folder / "s", timeout=1.0)
            assert resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw - before < 50
        finally:
            for client in clients:
                client.close()


def test_one_thread_can_be_both_ends(folder: pathlib.Path) -> None:
    with ipc.listen(folder / "s") as listener, ipc.connect(folder / "s") as client, listener.accept() as server:
        client.send_all(b"ping")
        assert server.recv() == b"ping"
        server.send_all(b"pong")
        assert client.recv() == b"pong"


def test_the_default_timeout_of_the_socket_module_changes_nothing(
    folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getdefaulttimeout", socket.getdefaulttimeout)
    socket.setdefaulttimeout(0.05)
    try:
        with ipc.listen(folder / "s") as listener, ipc.connect(folder / "s") as client, listener.accept() as server:
            later = threading.Timer(0.3, lambda: client.send_all(b"late"))
            later.start()
            assert server.recv() == b"late"
            later.join(PATIENCE)
            assert os.get_blocking(client.fileno())
            assert os.get_blocking(server.fileno())
    finally:
        socket.setdefaulttimeout(None)


def test_failed_connects_leave_no_descriptor(folder: pathlib.Path) -> None:
    for _ in range(50):
        with pytest.raises(errors.NotFound):
            ipc.connect(folder / "nobody", timeout=0.1)
    assert len(os.listdir("/dev/fd")) < 200


def test_connecting_at_the_descriptor_limit_fails_and_works_again_later(folder: pathlib.Path) -> None:
    with ipc.listen(folder / "s"):
        with all_descriptors_taken(), pytest.raises(errors.Exhausted):
            ipc.connect(folder / "s", timeout=PATIENCE)
        ipc.connect(folder / "s", timeout=PATIENCE).close()
