"""A stream that has given much is waited for in a way that stops the loop."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import select
from weakref import WeakKeyDictionary

from conformance.agents.stdlib.patience import poll
from conformance.faulty._loop import Stream, main
from conformance.faulty._wrong import Right, instead_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable

MUCH = 1 << 22
given: WeakKeyDictionary[Stream, int] = WeakKeyDictionary()


@instead_of(Stream, "recv")
async def holding(right: Right[Awaitable[bytes]], stream: Stream, limit: int) -> bytes:
    while given.get(stream, 0) > MUCH and stream.kind == "stream":
        poll(stream.watched.endpoint.fileno(), select.POLLIN, None)
        try:
            return stream.watched.endpoint.try_recv(limit)
        except BlockingIOError:
            continue
    data = await right(stream, limit)
    given[stream] = given.get(stream, 0) + len(data)
    return data


main()
