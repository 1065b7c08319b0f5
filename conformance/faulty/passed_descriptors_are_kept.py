"""The sender keeps a duplicate of each descriptor that it passes, so the other end never sees the last one close."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.agents.stdlib.values import texts
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "send_descriptors")
def kept(right: Right[Later], session: Session, args: Args) -> Later:
    reply = yield from right(session, args)
    for name in set(texts(args, "handles")):
        os.dup(session.named(name).fileno())
    return reply


main()
