"""A client that left before it was accepted is an error that closes the listener."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _socket
import select

from conformance.agents.stdlib.endpoints import Listener
from conformance.agents.stdlib.patience import poll
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(Listener, "try_accept")
def fatal(right: Right[_socket.socket], listener: Listener, nothing: None) -> _socket.socket:
    sock = right(listener, nothing)
    if poll(sock.fileno(), select.POLLIN, 0) & select.POLLHUP:
        listener.close()
        raise OSError(22, "Invalid argument")
    return sock


main()
