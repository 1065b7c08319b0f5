"""Descriptors that a sender passed before it ended are closed when they are received."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os
import select

from conformance.agents.stdlib.endpoints import Stream
from conformance.agents.stdlib.patience import poll
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.agents.stdlib.values import texts
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "recv_descriptors")
def closed(right: Right[Later], session: Session, args: Args) -> Later:
    stream = session.endpoint(args, "on")
    reply = yield from right(session, args)
    if isinstance(stream, Stream) and poll(stream.fileno(), 0, 0) & select.POLLHUP:
        for name in texts(args, "as")[: int(str(reply["count"]))]:
            with open(os.devnull, "rb") as nothing:
                os.dup2(nothing.fileno(), session.named(name).fileno(), inheritable=False)
    return reply


main()
