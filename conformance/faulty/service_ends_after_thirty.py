"""A listener stops serving after thirty clients."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _socket
import errno
import os

from conformance.agents.stdlib.endpoints import Listener
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of

served: dict[Listener, int] = {}


@instead_of(Listener, "try_accept")
def enough(right: Right[_socket.socket], listener: Listener, nothing: None) -> _socket.socket:
    if served.get(listener, 0) >= 30:
        raise OSError(errno.ENOBUFS, os.strerror(errno.ENOBUFS))
    sock = right(listener, nothing)
    served[listener] = served.get(listener, 0) + 1
    return sock


main()
