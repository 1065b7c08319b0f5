"""A connect to a full queue waits for room, whatever its deadline."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _socket

from conformance.agents.stdlib import listening
from conformance.agents.stdlib.names import Address
from conformance.agents.stdlib.patience import Patience
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, Steps, instead_of


@instead_of(listening, "_reach")
def for_ever(right: Right[Steps[None]], sock: _socket.socket, where: Address, patience: Patience) -> Steps[None]:
    return (yield from right(sock, where, patience if patience.once else Patience(None)))


main()
