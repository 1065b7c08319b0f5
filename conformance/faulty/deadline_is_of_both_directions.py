"""One timer for both directions: when a send gives up, so does the receive that waits on the stream."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _socket

from conformance.agents.stdlib.endpoints import Stream
from conformance.agents.stdlib.failures import Failure, Partly
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "send_all")
def both(right: Right[Later], session: Session, args: Args) -> Later:
    stream = session.endpoint(args, "on")
    try:
        return (yield from right(session, args))
    except Partly as problem:
        late = isinstance(problem.cause, Failure) and problem.cause.kind == "timed_out"
        if late and isinstance(stream, Stream) and stream.busy > 1:
            stream.sock.shutdown(_socket.SHUT_RD)
        raise


main()
