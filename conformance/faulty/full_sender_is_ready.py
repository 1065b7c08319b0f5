"""A sender is said to be ready also when there is no room."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "ready")
def always(right: Right[Later], session: Session, args: Args) -> Later:
    if args["for"] == "send":
        return {"ready": True}
    return (yield from right(session, args))


main()
