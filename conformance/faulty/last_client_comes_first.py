"""Clients that wait are served the last one first."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _socket

from conformance.agents.stdlib.endpoints import Listener
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of

stacks: dict[Listener, list[_socket.socket]] = {}


@instead_of(Listener, "try_accept")
def last(right: Right[_socket.socket], listener: Listener, nothing: None) -> _socket.socket:
    stack = stacks.setdefault(listener, [])
    try:
        while True:
            stack.append(right(listener, nothing))
    except BlockingIOError:
        if not stack:
            raise
    return stack.pop()


main()
