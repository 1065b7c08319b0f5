"""Of several ends that are handed to one process, the first is named as the last."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.agents.stdlib.values import mapping
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "spawn")
def mixed_up(right: Right[Reply], session: Session, args: Args) -> Reply:
    reply = right(session, args)
    tokens = mapping(reply, "tokens")
    return {**reply, "tokens": dict(zip(tokens, reversed(tokens.values()), strict=True))}


main()
