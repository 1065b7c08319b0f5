"""The process starts and says nothing."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import time

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "hello")
def silent(right: Right[Reply], session: Session, args: Args) -> Reply:
    time.sleep(3600)
    return right(session, args)


main()
