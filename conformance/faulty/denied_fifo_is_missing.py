"""Making a FIFO without permission says that the directory is missing."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.failures import Failure
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "make_fifo")
def missing(right: Right[Reply], session: Session, args: Args) -> Reply:
    try:
        return right(session, args)
    except PermissionError as problem:
        raise Failure("not_found", str(problem), problem) from None


main()
