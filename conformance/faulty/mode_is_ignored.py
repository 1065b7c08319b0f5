"""The mode that was asked for is ignored: the umask decides."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _socket

from conformance.agents.stdlib import listening
from conformance.agents.stdlib.claim import Claim
from conformance.agents.stdlib.names import Address
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(listening, "bind")
def default(
    right: Right[Claim | None], sock: _socket.socket, where: Address, _mode: int | None, overwrite: bool
) -> Claim | None:
    return right(sock, where, None, overwrite)


main()
