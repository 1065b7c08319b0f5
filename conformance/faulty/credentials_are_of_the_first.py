"""The credentials of the first client of a process are given for all."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of

first: list[Reply] = []


@instead_of(OPERATIONS, "peer_credentials")
def cached(right: Right[Reply], session: Session, args: Args) -> Reply:
    first.append(right(session, args))
    return first[0]


main()
