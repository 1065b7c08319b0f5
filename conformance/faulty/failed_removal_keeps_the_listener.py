"""A listener that may not remove its file stays open."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import Listener, SocketEndpoint
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(Listener, "close")
def stays(_right: Right[None], listener: Listener) -> None:
    if listener.claim is not None and not listener.closed:
        listener.claim.release()
    SocketEndpoint.close(listener)


main()
