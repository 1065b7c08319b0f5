"""An accept that a signal interrupts fails, and the client that comes then is dropped."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _socket
import select

from conformance.agents.stdlib.endpoints import Listener
from conformance.agents.stdlib.patience import poll
from conformance.agents.stdlib.serve import main
from conformance.faulty._arrivals import arrived
from conformance.faulty._wrong import Right, instead_of

SLICE = 0.005


@instead_of(Listener, "block_accept")
def dropped(right: Right[_socket.socket], listener: Listener, nothing: None) -> _socket.socket:
    seen = arrived()
    while not poll(listener.fileno(), select.POLLIN, SLICE):
        pass
    if arrived() != seen:
        right(listener, nothing).close()
    return right(listener, nothing)


main()
