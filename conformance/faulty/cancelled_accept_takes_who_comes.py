"""An accept that was cancelled goes on waiting, and takes the next client."""

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

taken: list[object] = []


@instead_of(Accepting, "accept")
async def going_on(right: Right[Awaitable[Channel]], listener: Accepting) -> Channel:
    try:
        return await right(listener)
    except asyncio.CancelledError:
        if not listener.watched.is_ready():
            listener.watched.once_ready(lambda: taken.append(listener.listener.try_accept(None)))
        raise


main()
