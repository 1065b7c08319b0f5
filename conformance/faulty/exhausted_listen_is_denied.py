"""A listen without a free descriptor says that it has no permission."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import errno

from conformance.agents.stdlib.failures import Failure
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "listen")
def denied(right: Right[Reply], session: Session, args: Args) -> Reply:
    try:
        return right(session, args)
    except OSError as problem:
        if problem.errno == errno.EMFILE:
            raise Failure("permission_denied", str(problem), problem) from None
        raise


main()
