"""A message is taken to have come as soon as a part of it has."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import Endpoint
from conformance.faulty import _framed
from conformance.faulty._wrong import Right, instead_of

SMALL = 24


@instead_of(_framed, "whole")
def hasty(right: Right[bytes], endpoint: Endpoint, length: int, *, first: bool = False) -> bytes:
    if first or length != SMALL:
        return right(endpoint, length, first=first)
    return endpoint.block_recv(length)


_framed.main()
