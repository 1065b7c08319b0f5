"""The reply to an operation comes when nobody waits for it any more."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import time

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "unsplit")
def late(right: Right[Reply], session: Session, args: Args) -> Reply:
    time.sleep(12)
    return right(session, args)


main()
