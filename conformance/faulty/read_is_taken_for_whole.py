"""A receive of an exact length is one receive: whatever it gives is taken for all."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import transfer
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "recv_exact")
def one_receive(_right: Right[Later], session: Session, args: Args) -> Later:
    return (yield from transfer.recv(session, {**args, "max": args["length"]}))


main()
