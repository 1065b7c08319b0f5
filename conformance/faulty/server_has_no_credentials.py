"""Who connects is told no user and no group of the process that listens."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import Endpoint
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Reply, Right, Session, instead_of

connected: set[Endpoint] = set()


@instead_of(OPERATIONS, "connect")
def remember(right: Right[Later], session: Session, args: Args) -> Later:
    reply = yield from right(session, args)
    connected.add(session.named(str(args["as"])))
    return reply


@instead_of(OPERATIONS, "peer_credentials")
def unknown(right: Right[Reply], session: Session, args: Args) -> Reply:
    return {} if session.endpoint(args, "on") in connected else right(session, args)


main()
