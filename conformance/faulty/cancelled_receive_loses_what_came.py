"""Data that come together with the cancellation of a receive are taken and dropped."""

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
async def dropping(right: Right[Awaitable[bytes]], stream: Stream, limit: int) -> bytes:
    try:
        return await right(stream, limit)
    except asyncio.CancelledError:
        try:
            stream.watched.endpoint.try_recv(limit)
        except BlockingIOError:
            pass
        raise


main()
