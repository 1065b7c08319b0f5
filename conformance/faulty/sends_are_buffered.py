"""A send reports as sent what is in a buffer of its own, which ends with the loop."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import asyncio
from weakref import WeakKeyDictionary

from conformance.faulty._loop import PAUSE, Stream, main
from conformance.faulty._wrong import Right, instead_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable

    from conformance.agents.peers.library import Progress

ROOM = 1 << 16
kept: WeakKeyDictionary[Stream, bytearray] = WeakKeyDictionary()
writers: WeakKeyDictionary[Stream, asyncio.Task[None]] = WeakKeyDictionary()


@instead_of(Stream, "send_all")
async def buffering(right: Right[Awaitable[None]], stream: Stream, data: bytes, progress: Progress) -> None:
    buffer = kept.setdefault(stream, bytearray())
    if len(data) > ROOM // 2 or (stream.watched.is_taken("send") and not buffer):
        return await right(stream, data, progress)
    while len(buffer) + len(data) > ROOM:
        stream.watched.check()
        await asyncio.sleep(PAUSE)
    sent = 0
    if not buffer:
        try:
            sent = stream.watched.endpoint.try_send(memoryview(data))
        except BlockingIOError:
            pass
    buffer += data[sent:]
    if buffer and stream not in writers:
        writers[stream] = asyncio.create_task(_write(stream, buffer))
    return None


async def _write(stream: Stream, buffer: bytearray) -> None:
    while buffer:
        del buffer[: await stream.send_some(memoryview(bytes(buffer)))]
    del writers[stream]


main()
