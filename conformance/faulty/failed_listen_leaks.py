"""A listen that fails leaves its socket open."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _socket
import os

from conformance.agents.stdlib import listening
from conformance.agents.stdlib.failures import Failure
from conformance.agents.stdlib.names import Address
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(listening, "_bind")
def leak(right: Right[None], sock: _socket.socket, where: Address, overwrite: bool) -> None:
    try:
        right(sock, where, overwrite)
    except Failure:
        os.dup(sock.fileno())
        raise


main()
