"""Connecting to a FIFO opens it and calls that a connection."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os
import stat

from conformance.agents.stdlib.endpoints import PipeEnd
from conformance.agents.stdlib.names import address
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.agents.stdlib.values import text
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "connect")
def opened(right: Right[Later], session: Session, args: Args) -> Later:
    path = address(args).path
    if path is None or not os.path.exists(path) or not stat.S_ISFIFO(os.stat(path).st_mode):
        return (yield from right(session, args))
    session.add(session.fresh(text(args, "as")), PipeEnd(os.open(path, os.O_RDWR), "receiver"))
    return {}


main()
