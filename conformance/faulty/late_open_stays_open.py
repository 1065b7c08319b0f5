"""An open of a FIFO whose deadline passes leaves its end open."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib.failures import Failure
from conformance.agents.stdlib.names import fifo_path
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "open_fifo")
def stays(right: Right[Later], session: Session, args: Args) -> Later:
    try:
        return (yield from right(session, args))
    except Failure as problem:
        if problem.kind == "timed_out":
            os.open(fifo_path(args), os.O_RDWR | os.O_NONBLOCK)
        raise


main()
