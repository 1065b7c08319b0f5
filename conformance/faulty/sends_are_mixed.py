"""A send where another one waits puts its bytes between those of the other."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import asyncio

from conformance.faulty._loop import PAUSE, Watched, main
from conformance.faulty._wrong import Right, instead_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import TypeVar

    T = TypeVar("T")


@instead_of(Watched, "until")
async def mixing(right: Right[Awaitable[T]], watched: Watched, way: str, attempt: Callable[[], T]) -> T:
    if way != "send" or not watched.is_taken(way):
        return await right(watched, way, attempt)
    while True:
        watched.check()
        try:
            return attempt()
        except BlockingIOError:
            await asyncio.sleep(PAUSE)


main()
