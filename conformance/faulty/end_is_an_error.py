"""That the peer of a stream has closed is told as a reset."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import Stream
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(Stream, "try_recv")
def reset(right: Right[bytes], stream: Stream, limit: int) -> bytes:
    data = right(stream, limit)
    if limit and not data:
        raise ConnectionResetError(104, "Connection reset by peer")
    return data


main()
