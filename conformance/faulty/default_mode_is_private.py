"""A socket file whose mode was not asked for is made for its owner only."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.agents.stdlib.values import mapping
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "listen")
def private(right: Right[Reply], session: Session, args: Args) -> Reply:
    name = mapping(args, "name")
    path = name.get("kind") == "path"
    return right(session, {"mode": 0o700, **args} if path else args)


main()
