"""A connect that was cancelled leaves its socket open."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import asyncio

from conformance.agents.stdlib.listening import new_socket
from conformance.faulty._loop import Loop, main
from conformance.faulty._wrong import Right, instead_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable

    from conformance.agents.peers.library import Channel

left: list[object] = []


@instead_of(Loop, "connect")
async def leaving(right: Right[Awaitable[Channel]], loop: Loop, name: str) -> Channel:
    try:
        return await right(loop, name)
    except asyncio.CancelledError:
        left.append(new_socket())
        raise


main()
