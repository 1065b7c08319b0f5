"""Every eighth client that is accepted is closed and forgotten."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _socket
import itertools

from conformance.agents.stdlib.endpoints import Listener
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of

numbers = itertools.count(1)


@instead_of(Listener, "try_accept")
def lose_some(right: Right[_socket.socket], listener: Listener, nothing: None) -> _socket.socket:
    sock = right(listener, nothing)
    if next(numbers) % 8 == 0:
        sock.close()
        return right(listener, nothing)
    return sock


main()
