"""A stream receives into a buffer of its own, and what is in there is lost to everybody else."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import Stream
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of

ahead: dict[Stream, bytes] = {}


@instead_of(Stream, "try_recv")
def buffered(right: Right[bytes], stream: Stream, limit: int) -> bytes:
    if not limit:
        return b""
    data = ahead.pop(stream, b"") or right(stream, 8192)
    if data[limit:]:
        ahead[stream] = data[limit:]
    return data[:limit]


main()
