"""Two sends on one stream at once share one position, so that each sends only a part of its data."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import transfer
from conformance.agents.stdlib.endpoints import Endpoint
from conformance.agents.stdlib.failures import Failure, Partly
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of

PIECE = 2000
position: dict[Endpoint, int] = {}


@instead_of(OPERATIONS, "send_all")
def shared(_right: Right[Later], session: Session, args: Args) -> Later:
    endpoint = session.endpoint(args, "on")
    data = {"on": args["on"], "data": args["data"], "wait": args.get("wait")}
    _, patience, payload = transfer.outgoing(session, data)
    whole = memoryview(payload.materialise())
    position[endpoint] = 0
    try:
        while position[endpoint] < len(whole):
            piece = whole[position[endpoint] :][:PIECE]
            sent = yield from transfer.send_some(endpoint, piece, patience)
            position[endpoint] += sent
    except (OSError, Failure) as problem:
        raise Partly(problem, {"sent": position[endpoint]}) from None
    return {"sent": len(whole)}


main()
