"""A receive whose deadline has passed takes what comes in the next moment, and drops it."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import select

from conformance.agents.stdlib import transfer
from conformance.agents.stdlib.endpoints import Endpoint
from conformance.agents.stdlib.failures import Failure
from conformance.agents.stdlib.patience import Patience, poll
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, Steps, instead_of

MOMENT = 0.005


@instead_of(transfer, "recv_some")
def dropping(right: Right[Steps[bytes]], endpoint: Endpoint, limit: int, patience: Patience) -> Steps[bytes]:
    try:
        return (yield from right(endpoint, limit, patience))
    except Failure as late:
        if late.kind == "timed_out" and poll(endpoint.fileno(), select.POLLIN, MOMENT) & select.POLLIN:
            endpoint.try_recv(limit)
        raise


main()
