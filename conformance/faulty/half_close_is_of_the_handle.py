"""A half-close through a duplicate is remembered in the handle and not told to the system."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import Endpoint, Stream
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of

twins: set[Endpoint] = set()


@instead_of(OPERATIONS, "duplicate")
def remember(right: Right[Reply], session: Session, args: Args) -> Reply:
    reply = right(session, args)
    twins.add(session.named(str(args["as"])))
    return reply


@instead_of(OPERATIONS, "shutdown")
def own(right: Right[Reply], session: Session, args: Args) -> Reply:
    return {} if session.endpoint(args, "on") in twins else right(session, args)


@instead_of(Stream, "close")
def closed(right: Right[None], stream: Stream) -> None:
    twins.discard(stream)
    right(stream)


main()
