"""A sender that once found no room is believed to be full until somebody waits for room."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import Endpoint, would_block
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of

full: set[Endpoint] = set()


@instead_of(OPERATIONS, "send")
def believed(right: Right[Later], session: Session, args: Args) -> Later:
    endpoint = session.endpoint(args, "on")
    if args.get("wait") != "try":
        full.discard(endpoint)
    elif endpoint in full:
        raise would_block()
    try:
        return (yield from right(session, args))
    except BlockingIOError:
        full.add(endpoint)
        raise


main()
