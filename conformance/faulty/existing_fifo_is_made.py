"""Making a FIFO succeeds where there is one already."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os
import stat

from conformance.agents.stdlib.names import fifo_path
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "make_fifo")
def fine(right: Right[Reply], session: Session, args: Args) -> Reply:
    try:
        return right(session, args)
    except FileExistsError:
        if stat.S_ISFIFO(os.lstat(fifo_path(args)).st_mode):
            return {}
        raise


main()
