"""A receive waits until it has its maximum, as if it were a length."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import transfer
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.agents.stdlib.values import count
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of

LARGE = 1 << 20


@instead_of(OPERATIONS, "recv")
def all_of_it(right: Right[Later], session: Session, args: Args) -> Later:
    if count(args, "max") < LARGE:
        return (yield from right(session, args))
    return (yield from transfer.recv_exact(session, {**args, "length": args["max"]}))


main()
