"""A connect that a signal interrupts while the queue is full returns a stream that is not connected."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _socket

from conformance.agents.stdlib import listening
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(listening, "_is_connected")
def believe(_right: Right[bool], _sock: _socket.socket) -> bool:
    return True


main()
