"""The process writes 64 MiB to its standard error before it answers, which is a free log."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "unsplit")
def chatter(right: Right[Reply], session: Session, args: Args) -> Reply:
    for _ in range(64):
        os.write(2, b"all is well\n" * 87381)
    return right(session, args)


main()
