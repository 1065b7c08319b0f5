"""A listener adds the number of its process to the path that it was given."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib import listening
from conformance.agents.stdlib.names import Address
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of

now: list[str] = []


@instead_of(OPERATIONS, "listen")
def renamed(right: Right[Reply], session: Session, args: Args) -> Reply:
    now.append("listen")
    try:
        return right(session, args)
    finally:
        now.clear()


@instead_of(listening, "address")
def numbered(right: Right[Address], args: dict[str, object]) -> Address:
    where = right(args)
    if where.path is None or not now:
        return where
    path = where.path + b".%d" % os.getpid()
    return Address(path, path)


main()
