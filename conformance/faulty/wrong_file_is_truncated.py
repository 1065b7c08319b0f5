"""Opening for sending what is no FIFO fails, after the file was truncated."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os
import stat

from conformance.agents.stdlib.names import fifo_path
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "open_fifo")
def truncate(right: Right[Later], session: Session, args: Args) -> Later:
    path = fifo_path(args)
    if args["end"] == "sender" and os.path.exists(path) and stat.S_ISREG(os.stat(path).st_mode):
        os.truncate(path, 0)
    return (yield from right(session, args))


main()
