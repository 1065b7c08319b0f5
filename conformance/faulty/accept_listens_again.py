"""Each accept calls listen once more, which makes whoever accepts the one that clients see."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _socket

from conformance.agents.stdlib import listening
from conformance.agents.stdlib.endpoints import Listener
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of

lengths: dict[int, int] = {}


@instead_of(Listener, "try_accept")
def again(right: Right[_socket.socket], listener: Listener, nothing: None) -> _socket.socket:
    listener.sock.listen(listening.DEFAULT_BACKLOG)
    return right(listener, nothing)


main()
