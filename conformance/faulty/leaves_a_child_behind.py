"""The process forks a child that holds its pipes and leaves its session, and ends itself."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os
import time

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "unsplit")
def fork(right: Right[Reply], session: Session, args: Args) -> Reply:
    if os.fork():
        os._exit(0)
    os.setsid()
    time.sleep(3600)
    return right(session, args)


main()
