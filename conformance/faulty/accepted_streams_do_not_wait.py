"""A stream that a non-blocking listener accepts is made non-blocking too."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "accept")
def copied(right: Right[Later], session: Session, args: Args) -> Later:
    blocking = os.get_blocking(session.endpoint(args, "on").fileno())
    reply = yield from right(session, args)
    if not blocking:
        os.set_blocking(session.named(str(args["as"])).fileno(), False)
    return reply


main()
