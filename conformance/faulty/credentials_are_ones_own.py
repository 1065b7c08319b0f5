"""The credentials of the peer are those of the process that asks."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "peer_credentials")
def own(right: Right[Reply], session: Session, args: Args) -> Reply:
    right(session, args)
    return {"pid": os.getpid(), "uid": os.geteuid(), "gid": os.getegid()}


main()
