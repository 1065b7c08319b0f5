"""A send that waits on a stream that is closed here reports that all went."""

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

    from conformance.agents.peers.library import Progress


@instead_of(Stream, "send_all")
async def pretending(right: Right[Awaitable[None]], stream: Stream, data: bytes, progress: Progress) -> None:
    try:
        await right(stream, data, progress)
    except Failure as failure:
        if failure.kind != "cancelled":
            raise


main()
