"""What a small send cannot send at once is kept in memory, however much that becomes."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import asyncio
from weakref import WeakKeyDictionary

from conformance.faulty._loop import Stream, main
from conformance.faulty._wrong import Right, instead_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable

    from conformance.agents.peers.library import Progress

SMALL = 1 << 14
kept: WeakKeyDictionary[Stream, bytearray] = WeakKeyDictionary()
writers: WeakKeyDictionary[Stream, asyncio.Task[None]] = WeakKeyDictionary()


@instead_of(Stream, "send_all")
async def hoarding(right: Right[Awaitable[None]], stream: Stream, data: bytes, progress: Progress) -> None:
    waiting = kept.setdefault(stream, bytearray())
    if len(data) != SMALL:
        return await right(stream, data, progress)
    sent = 0
    if not waiting:
        try:
            sent = stream.watched.endpoint.try_send(memoryview(data))
        except BlockingIOError:
            pass
    waiting += data[sent:]
    if waiting and stream not in writers:
        writers[stream] = asyncio.create_task(_write(stream, waiting))
    return None


async def _write(stream: Stream, waiting: bytearray) -> None:
    while waiting:
        del waiting[: await stream.send_some(memoryview(bytes(waiting)))]
    del writers[stream]


main()
