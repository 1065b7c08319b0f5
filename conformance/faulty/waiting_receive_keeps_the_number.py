"""A receive that waits remembers the descriptor's number, and goes on with whoever has it after a close."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os
import select

from conformance.agents.stdlib.endpoints import Stream
from conformance.agents.stdlib.patience import poll
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of

SLICE = 0.005


@instead_of(Stream, "block_recv")
def by_number(right: Right[bytes], stream: Stream, limit: int) -> bytes:
    number = stream.fileno()
    if not os.get_blocking(number):
        return right(stream, limit)
    while not poll(number, select.POLLIN, SLICE) & select.POLLIN:
        pass
    return os.read(number, limit)


main()
