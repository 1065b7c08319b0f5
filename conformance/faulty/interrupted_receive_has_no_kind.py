"""A receive that a signal interrupts fails with an error without a portable kind."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import select

from conformance.agents.stdlib.endpoints import PipeEnd
from conformance.agents.stdlib.failures import Failure
from conformance.agents.stdlib.patience import poll
from conformance.agents.stdlib.serve import main
from conformance.agents.stdlib.signals import signals
from conformance.faulty._arrivals import arrived
from conformance.faulty._wrong import Right, instead_of

SLICE = 0.005


@instead_of(PipeEnd, "block_recv")
def interrupted(right: Right[bytes], end: PipeEnd, limit: int) -> bytes:
    if signals.bell is None:
        return right(end, limit)
    seen = arrived()
    while not poll(end.fileno(), select.POLLIN, SLICE):
        if arrived() != seen:
            raise Failure("other", "something happened")
    return right(end, limit)


main()
