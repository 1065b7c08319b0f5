"""A duplicate is closed when the original is."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import Endpoint
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of

twins: dict[Endpoint, Endpoint] = {}


@instead_of(OPERATIONS, "duplicate")
def remember(right: Right[Reply], session: Session, args: Args) -> Reply:
    reply = right(session, args)
    twins[session.endpoint(args, "on")] = session.named(str(args["as"]))
    return reply


@instead_of(OPERATIONS, "close")
def together(right: Right[Reply], session: Session, args: Args) -> Reply:
    twin = twins.pop(session.named(str(args["on"])), None) if not args.get("again") else None
    reply = right(session, args)
    if twin is not None:
        twin.close()
    return reply


main()
