"""A listener that was handed over by another process removes the socket file when it is closed."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib.endpoints import Listener
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(Listener, "close")
def whoever_made_it(right: Right[None], listener: Listener) -> None:
    if listener.claim is None and not listener.closed:
        where = listener.sock.getsockname()
        if isinstance(where, str) and os.path.exists(where):
            os.unlink(where)
    right(listener)


main()
