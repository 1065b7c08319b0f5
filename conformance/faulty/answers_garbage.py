"""A reply is no JSON."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "unsplit")
def garbage(right: Right[Reply], session: Session, args: Args) -> Reply:
    os.write(1, b"\x80\xff<html>Traceback (most recent call last):\n")
    return right(session, args)


main()
