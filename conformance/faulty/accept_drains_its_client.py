"""What a client sent before it was accepted is thrown away."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _socket

from conformance.agents.stdlib.endpoints import Listener
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(Listener, "try_accept")
def drain(right: Right[_socket.socket], listener: Listener, nothing: None) -> _socket.socket:
    sock = right(listener, nothing)
    try:
        sock.recv(65536, _socket.MSG_DONTWAIT)
    except OSError:
        return sock
    return sock


main()
