"""Of more than five hundred streams that wait at once, the others are forgotten."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import asyncio

from conformance.faulty._loop import Watched, main
from conformance.faulty._wrong import Right, instead_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable

SEATS = 500
seated: set[Watched] = set()


@instead_of(Watched, "ready")
async def crowded(right: Right[Awaitable[None]], watched: Watched, way: str) -> None:
    if len(seated) >= SEATS:
        await asyncio.get_running_loop().create_future()
    seated.add(watched)
    try:
        await right(watched, way)
    finally:
        seated.discard(watched)


main()
