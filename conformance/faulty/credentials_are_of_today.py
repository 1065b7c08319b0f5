"""The user of the peer is looked up when somebody asks, not when it connected."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "peer_credentials")
def looked_up(right: Right[Reply], session: Session, args: Args) -> Reply:
    found = right(session, args)
    process = os.stat(f"/proc/{found['pid']}")
    return {**found, "uid": process.st_uid, "gid": process.st_gid}


main()
