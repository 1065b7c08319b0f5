"""A reply is a line of a gigabyte."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of

MEBIBYTE = b"x" * (1 << 20)


@instead_of(OPERATIONS, "unsplit")
def endless(right: Right[Reply], session: Session, args: Args) -> Reply:
    for _ in range(1024):
        os.write(1, MEBIBYTE)
    return right(session, args)


main()
