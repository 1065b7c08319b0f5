"""Closing a listener closes the streams that it has accepted."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import Endpoint, Listener
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of

accepted: dict[Endpoint, list[Endpoint]] = {}


@instead_of(OPERATIONS, "accept")
def remember(right: Right[Later], session: Session, args: Args) -> Later:
    listener = session.endpoint(args, "on")
    reply = yield from right(session, args)
    accepted.setdefault(listener, []).append(session.named(str(args["as"])))
    return reply


@instead_of(Listener, "close")
def together(right: Right[None], listener: Listener) -> None:
    right(listener)
    for stream in accepted.pop(listener, []):
        if not stream.closed:
            stream.close()


main()
