"""A reset is told as the end: that data were thrown away unread is never known."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import Stream
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(Stream, "try_recv")
def calm(right: Right[bytes], stream: Stream, limit: int) -> bytes:
    try:
        return right(stream, limit)
    except ConnectionResetError:
        return b""


main()
