"""A stream that ends before the length that was asked for is no error: what came is handed over as if it were all."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.failures import Failure, Partly
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.agents.stdlib.values import mapping
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "recv_exact")
def short_but_fine(right: Right[Later], session: Session, args: Args) -> Later:
    try:
        return (yield from right(session, args))
    except Partly as problem:
        if isinstance(problem.cause, Failure) and problem.cause.kind == "end":
            return mapping(problem.extra, "received")
        raise


main()
