"""An open of a FIFO for receiving that is cancelled stays open, and whoever opens the other side meets it."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import asyncio
import os

from conformance.faulty import _loop
from conformance.faulty._wrong import Right, instead_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable

    from conformance.agents.stdlib.endpoints import PipeEnd


@instead_of(_loop, "meet_sender")
async def staying(right: Right[Awaitable[PipeEnd]], path: bytes) -> PipeEnd:
    try:
        return await right(path)
    except asyncio.CancelledError:
        os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        raise


_loop.main()
