"""A tried send to a stream that nobody can receive from any more says would_block."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import would_block
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "send")
def later_perhaps(right: Right[Later], session: Session, args: Args) -> Later:
    try:
        return (yield from right(session, args))
    except BrokenPipeError:
        if args.get("wait") == "try":
            raise would_block() from None
        raise


main()
