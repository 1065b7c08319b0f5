"""A receive of an exact length that is cancelled forgets the bytes that it has got."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import asyncio

from conformance.agents.peers.operations import OPERATIONS
from conformance.faulty._loop import main
from conformance.faulty._wrong import Args, Reply, Right, instead_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable

    from conformance.agents.peers.library import Library, Progress
    from conformance.agents.peers.table import Table


@instead_of(OPERATIONS["recv_exact"], "play")
async def forgetful(
    right: Right[Awaitable[Reply]], library: Library, table: Table, args: Args, progress: Progress
) -> Reply:
    try:
        return await right(library, table, args, progress)
    except asyncio.CancelledError:
        del progress["received"]
        raise


main()
