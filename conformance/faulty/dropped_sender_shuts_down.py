"""Closing the sending half of a split stream shuts sending down."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _socket

from conformance.agents.stdlib.endpoints import Half
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(Half, "close")
def told(right: Right[None], half: Half) -> None:
    if half.kind == "sender" and not half.closed:
        half.stream.sock.shutdown(_socket.SHUT_WR)
    right(half)


main()
