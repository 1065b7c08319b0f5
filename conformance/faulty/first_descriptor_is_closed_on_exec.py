"""Of several descriptors that come in one message, only the first is marked to be closed on exec."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _socket
import os

from conformance.agents.stdlib import passing
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of

Message = tuple[bytes, list[int], int]


@instead_of(passing, "_receive")
def only_the_first(right: Right[Message], sock: _socket.socket, limit: int, room: int, flags: int) -> Message:
    data, found, flags = right(sock, limit, room, flags)
    for fd in found[1:]:
        os.set_inheritable(fd, True)
    return data, found, flags


main()
