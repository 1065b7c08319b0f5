"""Each process introduces itself differently."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.agents.stdlib.values import mapping
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "hello")
def another(right: Right[Reply], session: Session, args: Args) -> Reply:
    reply = right(session, args)
    return {**reply, "implementation": {**mapping(reply, "implementation"), "version": str(os.getpid())}}


main()
