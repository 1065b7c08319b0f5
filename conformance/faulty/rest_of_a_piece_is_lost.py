"""What a receive does not take of what has come is lost, as in a datagram."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import Stream
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of

PIECE = 64


@instead_of(Stream, "try_recv")
def lost(right: Right[bytes], stream: Stream, limit: int) -> bytes:
    return right(stream, PIECE)[:limit] if 0 < limit < PIECE else right(stream, limit)


main()
