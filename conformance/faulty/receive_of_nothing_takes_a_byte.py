"""A receive of at most no bytes looks for data by taking one byte, and forgets it."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import Stream
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(Stream, "try_recv")
def look(right: Right[bytes], stream: Stream, limit: int) -> bytes:
    return right(stream, limit) if limit else right(stream, 1)[1:]


main()
