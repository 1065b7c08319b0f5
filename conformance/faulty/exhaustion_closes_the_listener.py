"""An accept that finds no free descriptor closes the listener for good."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _socket
import errno

from conformance.agents.stdlib.endpoints import Listener
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(Listener, "try_accept")
def deaf(right: Right[_socket.socket], listener: Listener, nothing: None) -> _socket.socket:
    try:
        return right(listener, nothing)
    except OSError as problem:
        if problem.errno == errno.EMFILE:
            listener.close()
        raise


main()
