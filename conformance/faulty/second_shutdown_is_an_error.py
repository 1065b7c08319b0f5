"""Shutting a stream down a second time fails as if the argument were wrong."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import Endpoint
from conformance.agents.stdlib.failures import Failure
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of

shut: set[Endpoint] = set()


@instead_of(OPERATIONS, "shutdown")
def once(right: Right[Reply], session: Session, args: Args) -> Reply:
    endpoint = session.endpoint(args, "on")
    if endpoint in shut:
        raise Failure("invalid_input", "shut down already")
    shut.add(endpoint)
    return right(session, args)


main()
