"""A receiver of a FIFO keeps a sender of its own open, so the end never comes."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib.names import fifo_path
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "open_fifo")
def held(right: Right[Later], session: Session, args: Args) -> Later:
    reply = yield from right(session, args)
    if args["end"] == "receiver":
        os.open(fifo_path(args), os.O_WRONLY | os.O_NONBLOCK)
    return reply


main()
