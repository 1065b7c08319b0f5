"""A listener is never ready: readiness is asked of streams only."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import Listener
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "ready")
def never(right: Right[Later], session: Session, args: Args) -> Later:
    if isinstance(session.endpoint(args, "on"), Listener):
        return {"ready": False}
    return (yield from right(session, args))


main()
