"""A tried receive that finds nothing says that its time is up."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.failures import Failure
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "recv")
def time_is_up(right: Right[Later], session: Session, args: Args) -> Later:
    try:
        return (yield from right(session, args))
    except BlockingIOError:
        if args.get("wait") != "try":
            raise
        raise Failure("timed_out", "nothing came") from None


main()
