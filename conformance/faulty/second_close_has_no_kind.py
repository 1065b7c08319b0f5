"""Closing a handle that is closed already is an error without a portable kind."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.failures import Failure
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "close")
def complain(right: Right[Reply], session: Session, args: Args) -> Reply:
    if args.get("again"):
        raise Failure("other", "closed twice")
    return right(session, args)


main()
