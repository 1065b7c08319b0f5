"""Once an endpoint is non-blocking it stays so: clearing the flag clears everything but the flag."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "set_blocking")
def stays(right: Right[Reply], session: Session, args: Args) -> Reply:
    if os.get_blocking(session.endpoint(args, "on").fileno()):
        return right(session, args)
    return {}


main()
