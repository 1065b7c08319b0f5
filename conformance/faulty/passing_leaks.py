"""A sender duplicates the descriptors that it passes, and keeps the duplicates."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "send_descriptors")
def leak(right: Right[Later], session: Session, args: Args) -> Later:
    reply = yield from right(session, args)
    os.dup(session.endpoint(args, "on").fileno())
    return reply


main()
