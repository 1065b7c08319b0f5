"""A connect that waits for room waits on when the listener closes."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _socket
import time

from conformance.agents.stdlib import listening
from conformance.agents.stdlib.names import Address
from conformance.agents.stdlib.patience import Patience
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, Steps, instead_of


@instead_of(listening, "_reach")
def waits_on(right: Right[Steps[None]], sock: _socket.socket, where: Address, patience: Patience) -> Steps[None]:
    steps = right(sock, where, patience)
    try:
        next(steps)
    except StopIteration:
        return
    yield
    try:
        yield from steps
    except OSError:
        time.sleep(60)
        raise


main()
