"""A receive of at most no bytes gives no bytes, and takes that for the end."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "recv")
def nothing_is_the_end(right: Right[Later], session: Session, args: Args) -> Later:
    reply = yield from right(session, args)
    return {**reply, "end": not reply["length"]}


main()
