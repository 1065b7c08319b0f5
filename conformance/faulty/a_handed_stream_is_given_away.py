"""A stream that is handed to a child is closed in its owner."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib.endpoints import Stream
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.agents.stdlib.values import texts
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "spawn")
def given(right: Right[Reply], session: Session, args: Args) -> Reply:
    reply = right(session, args)
    for name in texts(args, "inherit"):
        endpoint = session.named(name)
        if isinstance(endpoint, Stream):
            with open(os.devnull, "rb") as nothing:
                os.dup2(nothing.fileno(), endpoint.fileno(), inheritable=False)
    return reply


main()
