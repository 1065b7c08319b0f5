"""Closing a listener that is closed already removes the file at its path once more."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib.endpoints import Listener
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "close")
def again(right: Right[Reply], session: Session, args: Args) -> Reply:
    listener = session.retired(str(args["on"])) if args.get("again") else None
    if isinstance(listener, Listener) and listener.claim is not None and os.path.exists(listener.claim.path):
        os.unlink(listener.claim.path)
    return right(session, args)


main()
