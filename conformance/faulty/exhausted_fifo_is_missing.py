"""Opening a FIFO without a free descriptor says that it is missing."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import errno

from conformance.agents.stdlib.failures import Failure
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "open_fifo")
def missing(right: Right[Later], session: Session, args: Args) -> Later:
    try:
        return (yield from right(session, args))
    except OSError as problem:
        if problem.errno == errno.EMFILE:
            raise Failure("not_found", str(problem), problem) from None
        raise


main()
