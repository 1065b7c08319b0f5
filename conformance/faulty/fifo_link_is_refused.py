"""An end of a FIFO cannot be opened through a symbolic link."""

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
def no_links(right: Right[Later], session: Session, args: Args) -> Later:
    path = fifo_path(args)
    if os.path.islink(path) and os.path.exists(path):
        raise Failure("wrong_type", "a symbolic link")
    return (yield from right(session, args))


main()
