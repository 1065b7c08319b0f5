"""Descriptors of one message are handed out in reverse."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _socket

from conformance.agents.stdlib import passing
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of

Message = tuple[bytes, list[int], int]


@instead_of(passing, "_receive")
def reverse(right: Right[Message], sock: _socket.socket, limit: int, room: int, flags: int) -> Message:
    data, found, flags = right(sock, limit, room, flags)
    return data, found[::-1], flags


main()
