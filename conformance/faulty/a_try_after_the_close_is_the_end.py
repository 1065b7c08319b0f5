"""A tried receive on a stream whose peer has closed is the end, also when data are there."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import select

from conformance.agents.stdlib import transfer
from conformance.agents.stdlib.endpoints import Endpoint
from conformance.agents.stdlib.patience import Patience, poll
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, Steps, instead_of

CLOSED = select.POLLHUP | getattr(select, "POLLRDHUP", 0)


@instead_of(transfer, "recv_some")
def hasty(right: Right[Steps[bytes]], endpoint: Endpoint, limit: int, patience: Patience) -> Steps[bytes]:
    if patience.once and poll(endpoint.fileno(), CLOSED, 0) & CLOSED:
        return b""
    return (yield from right(endpoint, limit, patience))


main()
