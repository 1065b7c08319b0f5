"""A listen in a directory that is not there makes the directory."""

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


@instead_of(listening, "_bind")
def make(right: Right[None], sock: _socket.socket, where: Address, overwrite: bool) -> None:
    try:
        right(sock, where, overwrite)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(where.path or b"."))
        right(sock, where, overwrite)


main()
