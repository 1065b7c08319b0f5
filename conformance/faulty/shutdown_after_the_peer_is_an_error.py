"""Shutting down a stream whose peer has closed fails with broken_pipe."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import select

from conformance.agents.stdlib.patience import poll
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "shutdown")
def too_late(right: Right[Reply], session: Session, args: Args) -> Reply:
    if poll(session.endpoint(args, "on").fileno(), 0, 0) & select.POLLHUP:
        raise BrokenPipeError(32, "Broken pipe")
    return right(session, args)


main()
