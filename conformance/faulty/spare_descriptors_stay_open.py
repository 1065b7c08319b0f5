"""Descriptors that arrive beyond those that were asked for stay open where nobody knows them."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _socket

from conformance.agents.stdlib import passing
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of

Message = tuple[bytes, list[int], int]
SIZE = 4


@instead_of(passing, "_receive")
def forgotten(right: Right[Message], sock: _socket.socket, limit: int, room: int, flags: int) -> Message:
    wanted = (room - _socket.CMSG_LEN(0)) // SIZE
    data, found, flags = right(sock, limit, _socket.CMSG_LEN(253 * SIZE), flags)
    return data, found[:wanted], flags | (_socket.MSG_CTRUNC if len(found) > wanted else 0)


main()
