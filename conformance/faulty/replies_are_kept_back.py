"""A short reply waits in a buffer until the next operation on the stream."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import NOSIGNAL, Stream
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of

SHORT = 2
has_received: set[Stream] = set()
kept: dict[Stream, bytes] = {}


def flush(stream: Stream) -> None:
    if stream in kept:
        stream.sock.send(kept.pop(stream), NOSIGNAL)


@instead_of(Stream, "try_recv")
def remember(right: Right[bytes], stream: Stream, limit: int) -> bytes:
    flush(stream)
    data = right(stream, limit)
    has_received.add(stream)
    return data


@instead_of(Stream, "try_send")
def later(right: Right[int], stream: Stream, data: memoryview) -> int:
    flush(stream)
    if len(data) < SHORT and stream in has_received:
        has_received.discard(stream)
        kept[stream] = bytes(data)
        return len(data)
    return right(stream, data)


@instead_of(Stream, "close")
def at_last(right: Right[None], stream: Stream) -> None:
    flush(stream)
    right(stream)


main()
