"""Whether a stream is ready is found out by receiving a byte, which is lost."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import Stream
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "ready")
def by_receiving(right: Right[Later], session: Session, args: Args) -> Later:
    reply = yield from right(session, args)
    stream = session.endpoint(args, "on")
    if isinstance(stream, Stream) and args["for"] == "recv" and reply["ready"]:
        stream.try_recv(1)
    return reply


main()
