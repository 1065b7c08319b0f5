"""A listener makes a lock file beside its socket and leaves it there."""

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
def locked(right: Right[None], sock: _socket.socket, where: Address, overwrite: bool) -> None:
    right(sock, where, overwrite)
    if where.path is not None and where.path.endswith((b"/one", b"/two", b"/three")):
        os.close(os.open(where.path + b".lock", os.O_CREAT | os.O_WRONLY))


main()
