"""A listener that was closed is open below, and keeps those who connected to it waiting."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib.endpoints import Listener
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(Listener, "close")
def lives_on(right: Right[None], listener: Listener) -> None:
    if not listener.closed:
        os.dup(listener.fileno())
    right(listener)


main()
