"""A receive that has room takes two messages that wait as one."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import select

from conformance.agents.stdlib.endpoints import Endpoint
from conformance.agents.stdlib.patience import poll
from conformance.faulty import _framed
from conformance.faulty._wrong import Right, instead_of


@instead_of(_framed, "message")
def joined(right: Right[bytes | None], endpoint: Endpoint) -> bytes | None:
    first = right(endpoint)
    if first is not None and len(first) == 1 and poll(endpoint.fileno(), select.POLLIN, 0) == select.POLLIN:
        return first + (right(endpoint) or b"")
    return first


_framed.main()
