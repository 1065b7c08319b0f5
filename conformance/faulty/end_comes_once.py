"""The end is reported once; after that a receive is an error."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import Endpoint
from conformance.agents.stdlib.failures import Failure
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of

ended: set[Endpoint] = set()


@instead_of(OPERATIONS, "recv")
def once(right: Right[Later], session: Session, args: Args) -> Later:
    endpoint = session.endpoint(args, "on")
    if endpoint in ended and endpoint.kind == "stream":
        raise Failure("not_connected", "the stream has ended")
    reply = yield from right(session, args)
    if reply["end"]:
        ended.add(endpoint)
    return reply


main()
