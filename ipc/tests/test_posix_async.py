"""Endpoints on event loops: the same bytes, options and errors as in blocking use, and what only tasks can do."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "these tests are about POSIX systems"

import gc
import os
import pathlib
import random
import threading
import time
import warnings
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from ipc import errors, posix
from ipc.tests.conftest import open_descriptors
from ipc.tests.loops import Loop, settle, until
from ipc.tests.support import PATIENCE, descriptor_limit, fill_backlog


@asynccontextmanager
async def connected(loop: Loop, folder: pathlib.Path) -> AsyncGenerator[tuple[Any, Any]]:
    """A client and its server."""
    with await loop.api.listen(folder / "s") as listener:
        client = await loop.api.connect(folder / "s")
        server = await listener.accept()
    with client, server:
        yield client, server


async def fill(sender: Any) -> int:
    """Send until nothing more is taken; how much was."""
    total = 0
    while True:
        try:
            total += await sender.send(bytes(4096), timeout=0)
        except errors.WouldBlock:
            return total


@pytest.mark.parametrize("length", [1, 65_537, 3_000_001])
def test_every_byte_arrives_in_order_both_ways_at_once(loop: Loop, folder: pathlib.Path, length: int) -> None:
    data = random.Random(length).randbytes(length)

    async def main() -> None:
        async with connected(loop, folder) as pair, loop.tasks() as start:
            receiving = [start(lambda end=end: end.recv_exact(length)) for end in pair]
            sending = [start(lambda end=end: end.send_all(data)) for end in pair]
        assert [task.value for task in receiving] == [data, data]
        assert [task.error for task in sending] == [None, None]
        assert [end.sent for end in pair] == [length, length]

    loop.run(main)


def test_pipes_and_fifos_carry_bytes_and_end(loop: Loop, folder: pathlib.Path) -> None:
    async def main() -> None:
        loop.posix.make_fifo(folder / "fifo")
        async with loop.tasks() as start:
            opening = start(lambda: loop.posix.open_fifo_receiver(folder / "fifo"))
            await settle(loop)
            sender = await loop.posix.open_fifo_sender(folder / "fifo")
        for receiver, feeder in (loop.api.pipe(), (opening.value, sender)):
            with receiver, feeder:
                async with loop.tasks() as start:
                    got = start(lambda end=receiver: end.recv_exact(200_000))
                    start(lambda end=feeder: end.send_all(bytes(200_000)))
                assert got.value == bytes(200_000)
                feeder.close()
                assert await receiver.recv() == b""

    loop.run(main)


def test_credentials_descriptors_halves_and_half_close(loop: Loop, folder: pathlib.Path) -> None:
    async def main() -> None:
        async with connected(loop, folder) as (client, server):
            assert loop.posix.peer_credentials(server) == posix.peer_credentials(server)
            async with loop.tasks() as start:
                coming = start(lambda: loop.posix.recv_descriptors(server, 10, 1))
                await settle(loop)
                with open(os.devnull, "rb") as null:
                    await loop.posix.send_descriptors(client, [null], b"x")
            assert coming.value.data == b"x"
            os.close(coming.value.descriptors[0])
            receiver, sender = client.split()
            with pytest.raises(errors.InvalidHandle):
                await client.recv()
            await sender.send_vectored([b"a", b"b"])
            loop.posix.shutdown(sender, "send")
            buffers = bytearray(1), bytearray(9)
            assert await server.recv_into_vectored(buffers) == 2
            assert await server.recv() == b""
            await server.send_all(b"back")
            assert await receiver.recv_exact(4) == b"back"
            with loop.api.reunite(receiver, sender) as whole, whole.duplicate() as copy:
                assert copy.take_error() is None
                await server.send_all(b"more")
                assert await copy.recv() == b"more"

    loop.run(main)


@pytest.mark.parametrize("call", ["accept", "recv", "send_all", "connect", "fifo receiver", "fifo sender"])
def test_a_timeout_ends_the_wait_and_leaves_all_usable(loop: Loop, folder: pathlib.Path, call: str) -> None:
    async def main() -> None:
        loop.posix.make_fifo(folder / "fifo")
        with await loop.api.listen(folder / "s", backlog=0) as listener:
            client = await loop.api.connect(folder / "s")
            server = await listener.accept()
            with client, server:
                await fill(client)
                clients = fill_backlog(folder / "s") if call == "connect" else []
                calls: dict[str, Callable[[float | None], Any]] = {
                    "accept": listener.accept,
                    "recv": lambda timeout: client.recv(timeout=timeout),
                    "send_all": lambda timeout: client.send_all(b"x", timeout),
                    "connect": lambda timeout: loop.api.connect(folder / "s", timeout=timeout),
                    "fifo receiver": lambda timeout: loop.posix.open_fifo_receiver(folder / "fifo", timeout),
                    "fifo sender": lambda timeout: loop.posix.open_fifo_sender(folder / "fifo", timeout),
                }
                for timeout in (0.02, 0.1):
                    started = time.monotonic()
                    with pytest.raises(errors.TimedOut):
                        await calls[call](timeout)
                    assert timeout - 0.002 <= time.monotonic() - started < timeout + 2
                with pytest.raises(errors.InvalidInput):
                    await calls[call](-1)
                if not call.startswith("fifo"):
                    with pytest.raises(errors.WouldBlock):
                        await calls[call](0)
                    with pytest.raises(TimeoutError):
                        async with loop.deadline(0.02):
                            await calls[call](None)
                for other in clients:
                    other.close()

    loop.run(main)


def test_set_blocking_false_makes_calls_without_a_timeout_try_once(loop: Loop, folder: pathlib.Path) -> None:
    async def main() -> None:
        async with connected(loop, folder) as (client, _):
            client.set_blocking(False)
            with pytest.raises(errors.WouldBlock):
                await client.recv()
            with pytest.raises(errors.TimedOut):
                await client.recv(timeout=0.01)

    loop.run(main)


@pytest.mark.parametrize("direction", ["recv", "send_all", "accept"])
def test_a_second_task_in_one_direction_gets_busy_and_harms_nobody(
    loop: Loop, folder: pathlib.Path, direction: str
) -> None:
    async def main() -> None:
        with await loop.api.listen(folder / "s") as listener:
            client, server = await loop.api.connect(folder / "s"), await listener.accept()
            with client, server:
                before = await fill(client)
                calls: dict[str, Callable[[], Any]] = {
                    "recv": lambda: client.recv_exact(5),
                    "send_all": lambda: client.send_all(b"x" * 5),
                    "accept": listener.accept,
                }
                async with loop.tasks() as start:
                    first = start(calls[direction])
                    await settle(loop)
                    with pytest.raises(errors.Busy):
                        await calls[direction]()
                    assert not first.over
                    await server.send_all(b"hello")
                    await server.recv_exact(before)
                    late = await loop.api.connect(folder / "s")
                assert first.error is None
                if direction == "recv":
                    assert first.value == b"hello"
                elif direction == "send_all":
                    assert await server.recv() == b"x" * 5
                else:
                    first.value.close()
                late.close()

    loop.run(main)


@pytest.mark.parametrize("call", ["recv", "recv_exact", "send_all", "accept", "pipe recv", "half recv"])
@pytest.mark.parametrize("ending", ["close", "detach"])
def test_closing_gives_a_clear_error_to_whoever_waits(loop: Loop, folder: pathlib.Path, call: str, ending: str) -> None:
    async def main() -> None:
        async with connected(loop, folder) as (client, server):
            await fill(client)
            receiver, sender = loop.api.pipe()
            half, other = server.split() if call == "half recv" else (receiver, sender)
            with await loop.api.listen(folder / "t") as listener, receiver, sender, half, other:
                waiting: dict[str, Any] = {
                    "recv": (client, client.recv),
                    "recv_exact": (client, lambda: client.recv_exact(9)),
                    "send_all": (client, lambda: client.send_all(b"x")),
                    "accept": (listener, listener.accept),
                    "pipe recv": (receiver, receiver.recv),
                    "half recv": (half, lambda: half.recv_exact(10**6)),
                }
                end, job = waiting[call]
                async with loop.tasks() as start:
                    task = start(job)
                    await settle(loop)
                    assert not task.over
                    if ending == "close" or call == "half recv":
                        end.close()
                    else:
                        os.close(end.detach())
                assert isinstance(task.error, errors.InvalidHandle), task.error

    loop.run(main)


def test_closing_one_half_leaves_the_other_one_waiting(loop: Loop, folder: pathlib.Path) -> None:
    async def main() -> None:
        async with connected(loop, folder) as (client, server):
            before = await fill(client)
            receiver, sender = client.split()
            async with loop.tasks() as start:
                receiving, sending = start(receiver.recv), start(lambda: sender.send_all(b"end"))
                await settle(loop)
                receiver.close()
                await until(loop, lambda: receiving.over)
                assert isinstance(receiving.error, errors.InvalidHandle)
                assert not sending.over
                assert len(await server.recv_exact(before)) == before
            assert sending.error is None
            sender.close()

    loop.run(main)


def test_one_flooding_stream_does_not_starve_another_task(loop: Loop, folder: pathlib.Path) -> None:
    """A sender on another thread keeps a stream full; `recv_exact`, and `recv` in a row, must still give way."""

    async def main() -> None:
        async with connected(loop, folder) as (client, server):
            stop = threading.Event()
            flooding = posix.adopt_stream(os.dup(client.fileno()))

            def flood() -> None:
                while not stop.is_set():
                    try:
                        flooding.send_all(bytes(1 << 20), 0.1)
                    except errors.TimedOut:
                        pass

            thread = threading.Thread(target=flood)
            thread.start()
            turns = 0

            async def count() -> None:
                nonlocal turns
                while True:
                    await loop.turn()
                    turns += 1

            async def drain() -> None:
                await server.recv_exact(8 << 20)
                for _ in range(200):
                    await server.recv()

            try:
                async with loop.tasks() as start:
                    counting = start(count)
                    draining = start(drain)
                    await until(loop, lambda: draining.over)
                    assert draining.error is None
                    counting.cancel()
            finally:
                stop.set()
                thread.join(PATIENCE)
                flooding.close()
            # 8 MiB are at least 128 receives, and 200 more: a turn at least every 32.
            assert turns >= 10

    loop.run(main)


def test_a_tight_loop_of_calls_that_never_wait_gives_way(loop: Loop, folder: pathlib.Path) -> None:
    async def main() -> None:
        async with connected(loop, folder) as (client, server), loop.tasks() as start:
            other = start(loop.turn)
            exchanged = 0
            while not other.over:
                await client.send_all(b"x")
                await server.recv(1)
                exchanged += 1
                assert exchanged < 1000

    loop.run(main)


def test_a_thousand_connections_on_one_loop(loop: Loop, folder: pathlib.Path) -> None:
    async def main() -> None:
        async def serve(server: Any) -> None:
            with server:
                await server.send_all(await server.recv_exact(4))
                assert await server.recv() == b""

        async def ask(number: int) -> None:
            with await loop.api.connect(folder / "s") as client:
                request = number.to_bytes(4, "big")
                await client.send_all(request)
                assert await client.recv_exact(4) == request

        async def accept_all(listener: Any) -> None:
            async with loop.tasks() as start:
                for _ in range(1000):
                    server = await listener.accept()
                    start(lambda server=server: serve(server))

        with await loop.api.listen(folder / "s", backlog=1000) as listener:
            async with loop.tasks() as start:
                accepting = start(lambda: accept_all(listener))
                asking = [start(lambda number=number: ask(number)) for number in range(1000)]
        assert accepting.error is None
        assert [task.error for task in asking] == [None] * 1000

    with descriptor_limit(4096):
        loop.run(main)


def test_a_loop_that_ends_with_endpoints_open_leaves_warnings_and_no_descriptor(
    loop: Loop, folder: pathlib.Path
) -> None:
    before = open_descriptors()

    async def main() -> None:
        listener = await loop.api.listen(folder / "s", reclaim=False)
        client = await loop.api.connect(folder / "s")
        server = await listener.accept()
        with pytest.raises(errors.TimedOut):
            await server.recv(timeout=0.01)
        with pytest.raises(errors.TimedOut):
            await listener.accept(timeout=0.01)
        del client, server, listener

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        loop.run(main)
        gc.collect()
    assert sorted(str(warning.message).split(":")[0] for warning in caught) == sorted(
        f"<{loop.api.__name__}.{name}" for name in ("Listener", "Stream", "Stream")
    )
    assert {warning.category for warning in caught} == {ResourceWarning}
    assert open_descriptors() == before


def test_an_endpoint_outlives_its_loop_and_goes_on_in_the_next(loop: Loop, folder: pathlib.Path) -> None:
    kept: list[Any] = []

    async def first() -> None:
        listener = await loop.api.listen(folder / "s")
        kept.extend((listener, await loop.api.connect(folder / "s")))
        with pytest.raises(errors.TimedOut):
            await kept[1].recv(timeout=0.01)

    async def second() -> None:
        listener, client = kept
        with await listener.accept() as server:
            async with loop.tasks() as start:
                waiting = start(client.recv)
                await settle(loop)
                await server.send_all(b"again")
            assert waiting.value == b"again"

    loop.run(first)
    loop.run(second)
    for end in kept:
        end.close()
