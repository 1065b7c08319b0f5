"""A message whose rest never comes is given out as far as it came."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import Endpoint
from conformance.faulty import _framed
from conformance.faulty._wrong import Right, instead_of


@instead_of(_framed, "whole")
def lenient(_right: Right[bytes], endpoint: Endpoint, length: int, *, first: bool = False) -> bytes:
    data = b""
    while len(data) < length:
        piece = endpoint.block_recv(length - len(data))
        if not piece:
            return b"" if first else data
        data += piece
    return data


_framed.main()
