"""A pipe that arrives is opened anew through /proc, so its flags are not those of the sender."""

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
def anew(right: Right[Message], sock: _socket.socket, limit: int, room: int, flags: int) -> Message:
    data, found, flags = right(sock, limit, room, flags)
    return data, [reopened(fd) for fd in found], flags


def reopened(fd: int) -> int:
    kind = passing.kind_of(fd)
    if kind not in ("sender", "receiver"):
        return fd
    another = os.open(f"/proc/self/fd/{fd}", os.O_WRONLY if kind == "sender" else os.O_RDONLY)
    os.close(fd)
    return another


main()
