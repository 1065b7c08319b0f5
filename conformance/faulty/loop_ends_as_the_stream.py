"""A receive that waits when the loop ends reports the end of the stream."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import asyncio

from conformance.agents.peers.agent import Agent
from conformance.faulty._loop import Stream, main
from conformance.faulty._wrong import Right, instead_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable

over: list[bool] = []


@instead_of(Agent, "one_loop")
async def noting(right: Right[Awaitable[None]], agent: Agent) -> None:
    over.clear()
    await right(agent)
    over.append(True)


@instead_of(Stream, "recv")
async def ending(right: Right[Awaitable[bytes]], stream: Stream, limit: int) -> bytes:
    try:
        return await right(stream, limit)
    except asyncio.CancelledError:
        if not over:
            raise
        return b""


main()
