"""An accept that waits remembers the descriptor's number, and takes a client of whoever has it after a close."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _socket
import select

from conformance.agents.stdlib.endpoints import Listener, take_socket
from conformance.agents.stdlib.patience import poll
from conformance.agents.stdlib.serve import main
from conformance.agents.stdlib.wire import cast
from conformance.faulty._wrong import Right, instead_of

SLICE = 0.005


@instead_of(Listener, "block_accept")
def by_number(_right: Right[_socket.socket], listener: Listener, _nothing: None) -> _socket.socket:
    number = listener.fileno()
    while not poll(number, select.POLLIN, SLICE) & select.POLLIN:
        pass
    whoever = _socket.socket(fileno=number)
    try:
        fd, _ = cast("tuple[int, object]", whoever._accept())  # type: ignore[attr-defined]
        return take_socket(fd)
    finally:
        whoever.detach()


main()
