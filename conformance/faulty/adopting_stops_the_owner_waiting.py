"""Adopting an end makes its open file non-blocking, which its owner notices."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "adopt")
def non_blocking(right: Right[Reply], session: Session, args: Args) -> Reply:
    reply = right(session, args)
    os.set_blocking(session.named(str(args["as"])).fileno(), False)
    return reply


main()
