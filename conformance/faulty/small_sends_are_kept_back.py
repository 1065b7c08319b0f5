"""Small sends gather in a buffer until a larger one or the close comes."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import endpoints
from conformance.agents.stdlib.endpoints import Stream
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of

SMALL = 6
kept: dict[Stream, bytes] = {}


@instead_of(Stream, "try_send")
def later(right: Right[int], stream: Stream, data: memoryview) -> int:
    if len(data) < SMALL and stream not in kept:
        kept[stream] = bytes(data)
        return len(data)
    before = kept.pop(stream, b"")
    return right(stream, memoryview(before + bytes(data))) - len(before)


@instead_of(Stream, "close")
def flush(right: Right[None], stream: Stream) -> None:
    if stream in kept:
        stream.sock.send(kept.pop(stream), endpoints.NOSIGNAL)
    right(stream)


main()
