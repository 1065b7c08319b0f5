"""A receive with a deadline looks for data only when the deadline has come."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import time

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "recv")
def sleeps(right: Right[Later], session: Session, args: Args) -> Later:
    wait = args.get("wait")
    if isinstance(wait, int) and wait > 10_000:
        yield
        time.sleep(wait / 1000)
    return (yield from right(session, args))


main()
