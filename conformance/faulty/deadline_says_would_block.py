"""A receive whose deadline passes fails with would_block, as SO_RCVTIMEO has it."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import would_block
from conformance.agents.stdlib.failures import Failure
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "recv")
def eagain(right: Right[Later], session: Session, args: Args) -> Later:
    try:
        return (yield from right(session, args))
    except Failure as problem:
        raise (would_block() if problem.kind == "timed_out" else problem) from None


main()
