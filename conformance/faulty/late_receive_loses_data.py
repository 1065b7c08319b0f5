"""When its deadline passes, a receive throws away the bytes that it has."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.failures import Failure, Partly
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.agents.stdlib.values import Received
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of

for name in ("recv_exact", "recv_to_end"):

    @instead_of(OPERATIONS, name)
    def empty_handed(right: Right[Later], session: Session, args: Args) -> Later:
        try:
            return (yield from right(session, args))
        except Partly as problem:
            if isinstance(problem.cause, Failure) and problem.cause.kind == "timed_out":
                problem.extra["received"] = Received().report()
            raise


main()
