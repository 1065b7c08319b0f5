"""An accepted stream is handed to every process that is spawned."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _socket
import os

from conformance.agents.stdlib.endpoints import Listener
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(Listener, "try_accept")
def inherited(right: Right[_socket.socket], listener: Listener, nothing: None) -> _socket.socket:
    sock = right(listener, nothing)
    os.set_inheritable(sock.fileno(), True)
    return sock


main()
