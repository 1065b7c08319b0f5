"""A connect that fails leaves its socket open."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _socket
import os

from conformance.agents.stdlib import listening
from conformance.agents.stdlib.names import Address
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(listening, "try_connect")
def leak(right: Right[None], sock: _socket.socket, where: Address) -> None:
    try:
        right(sock, where)
    except OSError:
        os.dup(sock.fileno())
        raise


main()
