"""When a client comes, all accepts that wait on the listener are given its stream."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _socket
import os

from conformance.agents.stdlib.endpoints import Listener, take_socket
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of

first: dict[Listener, _socket.socket] = {}


@instead_of(Listener, "block_accept")
def shared(right: Right[_socket.socket], listener: Listener, nothing: None) -> _socket.socket:
    waiting = listener.busy > 1
    sock = right(listener, nothing)
    if not waiting:
        return sock
    first.setdefault(listener, sock)
    return take_socket(os.dup(first[listener].fileno()))


main()
