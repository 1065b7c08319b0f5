"""Sending to a peer that has closed seems to succeed."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import Stream
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(Stream, "try_send")
def fine(right: Right[int], stream: Stream, data: memoryview) -> int:
    try:
        return right(stream, data)
    except BrokenPipeError:
        return len(data)


main()
