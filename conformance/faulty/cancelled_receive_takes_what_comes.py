"""A receive that was cancelled before data came goes on waiting, and swallows what comes."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import asyncio

from conformance.faulty._loop import Stream, main
from conformance.faulty._wrong import Right, instead_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable


@instead_of(Stream, "recv")
async def going_on(right: Right[Awaitable[bytes]], stream: Stream, limit: int) -> bytes:
    try:
        return await right(stream, limit)
    except asyncio.CancelledError:
        if not stream.watched.is_ready():
            stream.watched.once_ready(lambda: stream.watched.endpoint.try_recv(1))
        raise


main()
