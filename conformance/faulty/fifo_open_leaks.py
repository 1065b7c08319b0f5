"""Opening an end of a FIFO makes two descriptors and closes one."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "open_fifo")
def leak(right: Right[Later], session: Session, args: Args) -> Later:
    try:
        return (yield from right(session, args))
    except FileNotFoundError:
        os.dup(0)
        raise


main()
