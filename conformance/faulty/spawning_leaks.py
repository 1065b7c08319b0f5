"""A parent keeps the descriptor through which its child was to be told to end."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "spawn")
def leak(right: Right[Reply], session: Session, args: Args) -> Reply:
    reply = right(session, args)
    os.dup(1)
    return reply


main()
