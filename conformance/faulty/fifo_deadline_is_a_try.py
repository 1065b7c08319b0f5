"""Opening a FIFO for sending with a deadline tries once."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "open_fifo")
def once(right: Right[Later], session: Session, args: Args) -> Later:
    tried = args["end"] == "sender" and isinstance(args.get("wait"), int)
    return (yield from right(session, {**args, "wait": "try"} if tried else args))


main()
