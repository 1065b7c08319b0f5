"""Cancellations thrown at the waits of every operation: no byte, no connection and no descriptor is lost."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "these tests are about POSIX systems"

import fcntl
import os
import pathlib
import random
import tempfile
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ipc
from ipc import errors, posix
from ipc.tests.conftest import open_descriptors
from ipc.tests.loops import LOOPS, Loop, Task, settle, until
from ipc.tests.support import fill_backlog

pytestmark = pytest.mark.usefixtures("libuv")

each_loop = pytest.mark.parametrize("name", list(LOOPS))
thrown = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.differing_executors])

# What happens around an operation, in this order: the peer does something, tasks get so many turns (with none, a
# cancellation meets a wait that is over already), and then it is cancelled or not.
Step = tuple[int, int, bool]


def steps(most: int) -> st.SearchStrategy[list[Step]]:
    return st.lists(st.tuples(st.integers(0, most), st.integers(0, 4), st.booleans()), max_size=12)


async def turns(loop: Loop, count: int) -> None:
    for _ in range(count):
        await loop.turn()


async def ended(loop: Loop, task: Task, cancel: bool) -> None:
    """Cancel, perhaps, and wait for the end of a task that was; another one may go on."""
    if cancel:
        task.cancel()
        await until(loop, lambda: task.over)


RECEIVES: dict[str, Callable[[Any, int, bytearray], Any]] = {
    "recv": lambda end, size, _: end.recv(size),
    "recv_exact": lambda end, size, _: end.recv_exact(size),
    "recv_into": lambda end, size, room: end.recv_into(memoryview(room)[:size]),
    "recv_into_vectored": lambda end, size, room: end.recv_into_vectored([memoryview(room)[:size]]),
    "recv_descriptors": lambda end, size, _: posix_of(end).recv_descriptors(end, size, 1),
}


def posix_of(end: Any) -> Any:
    return sys.modules[type(end).__module__ + ".posix"]


def received(kind: str, task: Task, room: bytearray) -> bytes:
    if not task.over or task.cancelled or task.error is not None:
        return b""
    if kind.startswith("recv_into"):
        return bytes(room[: task.value])
    return bytes(task.value.data if kind == "recv_descriptors" else task.value)


@each_loop
@pytest.mark.parametrize("over", ["stream", "pipe"])
@thrown
@given(st.lists(st.tuples(st.sampled_from(sorted(RECEIVES)), st.integers(1, 900), steps(700)), max_size=5))
def test_a_cancelled_receive_loses_no_byte(name: str, over: str, script: list[tuple[str, int, list[Step]]]) -> None:
    loop = LOOPS[name]()
    source = random.Random(1)
    fed, got = bytearray(), bytearray()

    async def main() -> None:
        receiver, sender = loop.api.pipe() if over == "pipe" else await pair_of(loop)
        with receiver, sender:
            for kind, size, around in script:
                if over == "pipe" and kind == "recv_descriptors":
                    continue
                room = bytearray(size)
                async with loop.tasks() as start:
                    task = start(lambda kind=kind, size=size, room=room: RECEIVES[kind](receiver, size, room))
                    for amount, pause, cancel in around:
                        piece = source.randbytes(amount)
                        await sender.send_all(piece)
                        fed.extend(piece)
                        await turns(loop, pause)
                        await ended(loop, task, cancel)
                    await settle(loop)
                    task.cancel()
                assert task.error is None
                got.extend(received(kind, task, room))
            sender.close()
            while piece := await receiver.recv():
                got.extend(piece)

    loop.run(main)
    assert bytes(got) == bytes(fed)


async def pair_of(loop: Loop) -> tuple[Any, Any]:
    with tempfile.TemporaryDirectory(prefix="ipc-", dir="/tmp") as folder, await loop.api.listen(folder + "/s") as at:
        client = await loop.api.connect(folder + "/s")
        return await at.accept(), client


@each_loop
@pytest.mark.parametrize("over", ["stream", "pipe"])
@thrown
@given(st.lists(st.tuples(st.integers(1, 400_000), steps(120_000)), max_size=4))
def test_a_cancelled_send_says_how_much_is_out(name: str, over: str, script: list[tuple[int, list[Step]]]) -> None:
    loop = LOOPS[name]()
    source = random.Random(2)
    out, got = bytearray(), bytearray()

    async def main() -> None:
        receiver, sender = loop.api.pipe() if over == "pipe" else await pair_of(loop)
        with receiver, sender:
            for length, around in script:
                data = source.randbytes(length)
                async with loop.tasks() as start:
                    task = start(lambda data=data: sender.send_all(data))
                    for amount, pause, cancel in around:
                        if amount:
                            await take(receiver, amount, got)
                        await turns(loop, pause)
                        await ended(loop, task, cancel)
                    await settle(loop)
                    task.cancel()
                assert task.error is None
                assert sender.sent == length or task.cancelled
                out.extend(data[: sender.sent] if task.began else b"")
            sender.close()
            while piece := await receiver.recv():
                got.extend(piece)

    loop.run(main)
    assert bytes(got) == bytes(out)


async def take(receiver: Any, amount: int, into: bytearray) -> None:
    try:
        into.extend(await receiver.recv(amount, timeout=0))
    except errors.WouldBlock:
        pass


@each_loop
@thrown
@given(st.lists(steps(2), max_size=4))
def test_a_cancelled_accept_loses_no_connection(name: str, script: list[list[Step]]) -> None:
    loop = LOOPS[name]()

    async def main(folder: pathlib.Path) -> None:
        clients: list[ipc.Stream] = []
        servers: list[Any] = []
        with await loop.api.listen(folder / "s") as listener:
            for around in script:
                async with loop.tasks() as start:
                    task = start(listener.accept)
                    for amount, pause, cancel in around:
                        for _ in range(amount):
                            clients.append(ipc.connect(folder / "s", timeout=0))
                            clients[-1].send_all(bytes([len(clients)]))
                        await turns(loop, pause)
                        await ended(loop, task, cancel)
                    await settle(loop)
                    task.cancel()
                if task.value is not None:
                    servers.append(task.value)
            while len(servers) < len(clients):
                servers.append(await listener.accept())
            with pytest.raises(errors.WouldBlock):
                await listener.accept(timeout=0)
            assert [await server.recv() for server in servers] == [bytes([n + 1]) for n in range(len(clients))]
        for end in (*clients, *servers):
            end.close()

    in_folder(loop, main)


@each_loop
@thrown
@given(st.lists(steps(2), max_size=4))
def test_a_cancelled_connect_leaves_nothing_behind(name: str, script: list[list[Step]]) -> None:
    loop = LOOPS[name]()

    async def main(folder: pathlib.Path) -> None:
        with await loop.api.listen(folder / "s", backlog=0) as listener:
            streams: list[Any] = list(fill_backlog(folder / "s"))
            accepted = 0
            for around in script:
                async with loop.tasks() as start:
                    task = start(lambda: loop.api.connect(folder / "s"))
                    for amount, pause, cancel in around:
                        for _ in range(amount):
                            try:
                                streams.append(await listener.accept(timeout=0))
                                accepted += 1
                            except errors.WouldBlock:
                                pass
                        await turns(loop, pause)
                        await ended(loop, task, cancel)
                    await settle(loop)
                    task.cancel()
                assert not isinstance(task.error, Exception) or isinstance(task.error, errors.Refused)
                if task.value is not None:
                    streams.append(task.value)
            # Whoever is in the queue is somebody whose connect succeeded.
            while True:
                try:
                    streams.append(await listener.accept(timeout=0))
                    accepted += 1
                except errors.WouldBlock:
                    break
            assert accepted == len(streams) - accepted
        for end in streams:
            end.close()

    in_folder(loop, main)


def in_folder(loop: Loop, main: Callable[[pathlib.Path], Any]) -> None:
    before = open_descriptors()
    with tempfile.TemporaryDirectory(prefix="ipc-", dir="/tmp") as folder:
        loop.run(lambda: main(pathlib.Path(folder)))
    assert open_descriptors() == before


@pytest.mark.parametrize("call", ["fifo receiver", "fifo sender", "listen", "connect", "send_descriptors"])
@pytest.mark.parametrize("pauses", [1, 3])
def test_what_makes_endpoints_leaves_nothing_when_cancelled(
    loop: Loop, folder: pathlib.Path, call: str, pauses: int
) -> None:
    async def main() -> None:
        loop.posix.make_fifo(folder / "fifo")
        lock = os.open(folder, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
        with await loop.api.listen(folder / "s", backlog=0) as listener:
            clients = fill_backlog(folder / "s")
            server = await listener.accept()
            clients.append(ipc.connect(folder / "s", timeout=0))
            while True:
                try:
                    await server.send(bytes(4096), timeout=0)
                except errors.WouldBlock:
                    break
            calls: dict[str, Callable[[], Any]] = {
                "fifo receiver": lambda: loop.posix.open_fifo_receiver(folder / "fifo"),
                "fifo sender": lambda: loop.posix.open_fifo_sender(folder / "fifo"),
                "listen": lambda: loop.api.listen(folder / "new", overwrite=True),
                "connect": lambda: loop.api.connect(folder / "s"),
                "send_descriptors": lambda: loop.posix.send_descriptors(server, [0], b"x"),
            }
            before = open_descriptors()
            async with loop.tasks() as start:
                task = start(calls[call])
                for _ in range(pauses):
                    await loop.rest(0.01)
                assert not task.over
                task.cancel()
            assert task.cancelled
            assert open_descriptors() == before
            assert sorted(os.listdir(folder)) == ["fifo", "s"]
            server.close()
            for client in clients:
                client.close()
        os.close(lock)
        with posix.open_fifo_receiver(folder / "fifo", 0) as receiver, pytest.raises(errors.TimedOut):
            # Nobody is there, nor was anybody.
            receiver.recv(timeout=0.02)

    loop.run(main)
