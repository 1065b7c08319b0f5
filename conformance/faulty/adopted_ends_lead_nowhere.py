"""An end of a pipe that a child adopts is one of a pipe of its own."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib import children
from conformance.agents.stdlib.endpoints import Endpoint
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(children, "endpoint_for")
def elsewhere(right: Right[Endpoint], fd: int, kind: str) -> Endpoint:
    if kind in ("receiver", "sender"):
        receiver, sender = os.pipe()
        os.dup2(receiver if kind == "receiver" else sender, fd, inheritable=False)
    return right(fd, kind)


main()
