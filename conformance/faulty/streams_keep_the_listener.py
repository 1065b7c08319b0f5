"""A listener stays open while a stream that it has accepted is open."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib.endpoints import Endpoint, Stream
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of

held: dict[Endpoint, int] = {}


@instead_of(OPERATIONS, "accept")
def hold(right: Right[Later], session: Session, args: Args) -> Later:
    listener = session.endpoint(args, "on")
    reply = yield from right(session, args)
    if listener.fileno() >= 0:
        held[session.named(str(args["as"]))] = os.dup(listener.fileno())
    return reply


@instead_of(Stream, "close")
def let_go(right: Right[None], stream: Stream) -> None:
    if stream in held:
        os.close(held.pop(stream))
    right(stream)


main()
