"""Of two sends on one stream at once, one believes that what the other sent was its own."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import transfer
from conformance.agents.stdlib.endpoints import Endpoint
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.agents.stdlib.values import Payload, mapping
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "send_all")
def believed(right: Right[Later], session: Session, args: Args) -> Later:
    endpoint: Endpoint = session.endpoint(args, "on")
    length = Payload(mapping(args, "data")).length
    if length < transfer.CHUNK and endpoint.busy and length == 10_000:
        return {"sent": length}
    return (yield from right(session, args))


main()
