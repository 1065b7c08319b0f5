"""A FIFO gets the mode that was asked for, whatever the umask."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib.names import fifo_path
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.agents.stdlib.values import count
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "make_fifo")
def exact(right: Right[Reply], session: Session, args: Args) -> Reply:
    reply = right(session, args)
    if "mode" in args:
        os.chmod(fifo_path(args), count(args, "mode"))
    return reply


main()
