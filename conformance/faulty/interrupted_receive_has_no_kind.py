"""A receive that a signal interrupts fails with an error without a portable kind."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _socket
import select

from conformance.agents.stdlib.endpoints import PipeEnd
from conformance.agents.stdlib.failures import Failure
from conformance.agents.stdlib.patience import poll
from conformance.agents.stdlib.serve import main
from conformance.agents.stdlib.signals import signals
from conformance.faulty._wrong import Right, instead_of

SLICE = 0.005


def arrived() -> int:
    if signals.bell is None:
        return 0
    try:
        return len(signals.bell[0].recv(65536, _socket.MSG_PEEK | _socket.MSG_DONTWAIT))
    except BlockingIOError:
        return 0


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
