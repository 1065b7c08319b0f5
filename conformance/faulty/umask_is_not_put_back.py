"""The mode is made with a umask that is put back only when the listen succeeds."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.agents.stdlib.values import count
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "listen")
def with_umask(right: Right[Reply], session: Session, args: Args) -> Reply:
    if "mode" not in args:
        return right(session, args)
    before = os.umask(0o777 & ~count(args, "mode"))
    reply = right(session, args)
    os.umask(before)
    return reply


main()
