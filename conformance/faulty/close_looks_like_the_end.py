"""A receive that waits on a stream that is closed here reports the end of the stream."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.failures import Failure
from conformance.faulty._loop import Stream, main
from conformance.faulty._wrong import Right, instead_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable


@instead_of(Stream, "recv")
async def ending(right: Right[Awaitable[bytes]], stream: Stream, limit: int) -> bytes:
    try:
        return await right(stream, limit)
    except Failure as failure:
        if failure.kind != "cancelled":
            raise
        return b""


main()
