"""Every endpoint is said to be ready at any time."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "ready")
def always(_right: Right[Later], session: Session, args: Args) -> Later:
    session.endpoint(args, "on")
    yield from ()
    return {"ready": True}


main()
