"""When one client has gone, the server closes its listener."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import Endpoint
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of

listeners: dict[Endpoint, Endpoint] = {}


@instead_of(OPERATIONS, "accept")
def remember(right: Right[Later], session: Session, args: Args) -> Later:
    listener = session.endpoint(args, "on")
    reply = yield from right(session, args)
    listeners[session.named(str(args["as"]))] = listener
    return reply


@instead_of(OPERATIONS, "recv")
def all_gone(right: Right[Later], session: Session, args: Args) -> Later:
    reply = yield from right(session, args)
    listener = listeners.get(session.endpoint(args, "on"))
    if reply["end"] and listener is not None and not listener.closed:
        listener.close()
    return reply


main()
