"""What a server sends on any of its streams goes to the client that was accepted last."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import Endpoint, Stream
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of

accepted: list[Endpoint] = []


@instead_of(OPERATIONS, "accept")
def remember(right: Right[Later], session: Session, args: Args) -> Later:
    reply = yield from right(session, args)
    accepted.append(session.named(str(args["as"])))
    return reply


@instead_of(Stream, "try_send")
def to_the_last(right: Right[int], stream: Stream, data: memoryview) -> int:
    last = accepted[-1] if accepted else stream
    return right(last if stream in accepted and not last.closed else stream, data)


main()
