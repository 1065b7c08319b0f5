"""A stream that was put together from its halves can only receive."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import Half
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "unsplit")
def receiver_only(right: Right[Reply], session: Session, args: Args) -> Reply:
    receiver = session.endpoint(args, "receiver")
    reply = right(session, args)
    session.remove(str(args["as"]))
    session.add(str(args["as"]), receiver)
    if isinstance(receiver, Half):
        receiver.stream.holders = 1
    return reply


main()
