"""After a send has failed because the peer has closed, what the peer had sent cannot be received any more."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import Stream
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of

broken: set[Stream] = set()


@instead_of(Stream, "try_send")
def remember(right: Right[int], stream: Stream, data: memoryview) -> int:
    try:
        return right(stream, data)
    except BrokenPipeError:
        broken.add(stream)
        raise


@instead_of(Stream, "try_recv")
def nothing_more(right: Right[bytes], stream: Stream, limit: int) -> bytes:
    return b"" if stream in broken else right(stream, limit)


main()
