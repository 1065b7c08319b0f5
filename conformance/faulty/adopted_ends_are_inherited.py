"""An end that was adopted stays marked, and is handed to every process that is spawned."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "adopt")
def marked(right: Right[Reply], session: Session, args: Args) -> Reply:
    reply = right(session, args)
    os.set_inheritable(session.named(str(args["as"])).fileno(), True)
    return reply


main()
