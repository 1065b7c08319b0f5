"""Closing a stream that was put together from its halves leaves it open: the halves are still counted."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import Half
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "unsplit")
def still_counted(right: Right[Reply], session: Session, args: Args) -> Reply:
    receiver = session.endpoint(args, "receiver")
    reply = right(session, args)
    if isinstance(receiver, Half):
        receiver.stream.holders = 2
    return reply


main()
