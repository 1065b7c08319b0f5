"""A tried send of everything that stops in the middle reports that nothing went."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.failures import Partly
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "send_all")
def nothing(right: Right[Later], session: Session, args: Args) -> Later:
    try:
        return (yield from right(session, args))
    except Partly as problem:
        if isinstance(problem.cause, BlockingIOError):
            problem.extra["sent"] = 0
        raise


main()
