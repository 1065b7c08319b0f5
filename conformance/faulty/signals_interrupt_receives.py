"""A receive that a signal interrupts fails, and leaves it to the caller to go on."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import select

from conformance.agents.stdlib.endpoints import Stream
from conformance.agents.stdlib.failures import Failure
from conformance.agents.stdlib.patience import poll
from conformance.agents.stdlib.serve import main
from conformance.agents.stdlib.signals import signals
from conformance.faulty._arrivals import arrived
from conformance.faulty._wrong import Right, instead_of

SLICE = 0.005


@instead_of(Stream, "block_recv")
def interrupted(right: Right[bytes], stream: Stream, limit: int) -> bytes:
    if signals.bell is None:
        return right(stream, limit)
    seen = arrived()
    while not poll(stream.fileno(), select.POLLIN, SLICE):
        if arrived() != seen:
            raise Failure("interrupted", "a signal came")
    return right(stream, limit)


main()
