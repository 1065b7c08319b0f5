"""A connect refuses a path that is a symbolic link."""

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


@instead_of(listening, "try_connect")
def no_links(right: Right[None], sock: _socket.socket, where: Address) -> None:
    if where.path is not None and os.path.islink(where.path) and os.path.exists(where.path):
        raise Failure("wrong_type", "a symbolic link")
    right(sock, where)


main()
