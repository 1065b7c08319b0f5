"""A client that comes together with the cancellation of an accept is taken and kept, and nobody serves it."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import asyncio

from conformance.faulty._loop import Accepting, main
from conformance.faulty._wrong import Right, instead_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable

    from conformance.agents.peers.library import Channel

kept: list[object] = []


@instead_of(Accepting, "accept")
async def keeping(right: Right[Awaitable[Channel]], listener: Accepting) -> Channel:
    try:
        return await right(listener)
    except asyncio.CancelledError:
        try:
            kept.append(listener.listener.try_accept(None))
        except BlockingIOError:
            pass
        raise


main()
