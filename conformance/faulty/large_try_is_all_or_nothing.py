"""A tried send of more than fits into a pipe takes nothing."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import PipeEnd, would_block
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.agents.stdlib.values import Payload, mapping
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of

CAPACITY = 65536


@instead_of(OPERATIONS, "send")
def nothing(right: Right[Later], session: Session, args: Args) -> Later:
    pipe = isinstance(session.endpoint(args, "on"), PipeEnd)
    if pipe and args.get("wait") == "try" and Payload(mapping(args, "data")).length > CAPACITY:
        raise would_block()
    return (yield from right(session, args))


main()
