"""Shutting sending down of a stream whose peer has closed throws away what the peer sent."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import select

from conformance.agents.stdlib.endpoints import SocketEndpoint
from conformance.agents.stdlib.patience import poll
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "shutdown")
def emptied(right: Right[Reply], session: Session, args: Args) -> Reply:
    endpoint = session.endpoint(args, "on")
    if isinstance(endpoint, SocketEndpoint) and poll(endpoint.fileno(), 0, 0) & select.POLLHUP:
        endpoint.try_recv(65536)
    return right(session, args)


main()
