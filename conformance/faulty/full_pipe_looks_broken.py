"""A send into a full pipe that nobody empties fails with broken_pipe."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import PipeEnd
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "send")
def broken(right: Right[Later], session: Session, args: Args) -> Later:
    try:
        return (yield from right(session, args))
    except BlockingIOError:
        if isinstance(session.endpoint(args, "on"), PipeEnd) and args.get("wait") == "try":
            raise BrokenPipeError(32, "Broken pipe") from None
        raise


main()
