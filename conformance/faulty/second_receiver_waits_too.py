"""Two receives can wait on one stream, and only the second one is woken."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.faulty._loop import Watched, main
from conformance.faulty._wrong import Right, instead_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import TypeVar

    T = TypeVar("T")


@instead_of(Watched, "until")
async def unguarded(right: Right[Awaitable[T]], watched: Watched, way: str, attempt: Callable[[], T]) -> T:
    if way == "recv" and watched.endpoint.kind != "listener":
        watched.release(way)
    return await right(watched, way, attempt)


main()
