"""A send of no bytes is refused."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.failures import Failure
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.agents.stdlib.values import Payload, mapping
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "send_all")
def nothing_is_wrong(right: Right[Later], session: Session, args: Args) -> Later:
    if not Payload(mapping(args, "data")).length:
        raise Failure("invalid_input", "nothing to send")
    return (yield from right(session, args))


main()
