"""A send of no bytes is the sign for the end: it shuts sending down."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import handles
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.agents.stdlib.values import Payload, mapping
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "send")
def empty_is_the_end(right: Right[Later], session: Session, args: Args) -> Later:
    if not Payload(mapping(args, "data")).length:
        handles.close(session, {"on": args["on"]})
        return {"sent": 0}
    return (yield from right(session, args))


main()
