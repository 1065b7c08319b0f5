"""Opening a FIFO that does not exist makes a file."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib.names import fifo_path
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "open_fifo")
def create(right: Right[Later], session: Session, args: Args) -> Later:
    path = fifo_path(args)
    if not os.path.lexists(path):
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        raise FileNotFoundError(2, "No such file or directory")
    return (yield from right(session, args))


main()
