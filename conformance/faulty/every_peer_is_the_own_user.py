"""The user and group of a peer are always those of the process that asks."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "peer_credentials")
def like_me(right: Right[Reply], session: Session, args: Args) -> Reply:
    return {**right(session, args), "uid": os.geteuid(), "gid": os.getegid()}


main()
