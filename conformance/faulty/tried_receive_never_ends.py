"""An empty stream is looked at before its end: a tried receive says would_block for ever after the peer has closed."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import PipeEnd, would_block
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "recv")
def never(right: Right[Later], session: Session, args: Args) -> Later:
    reply = yield from right(session, args)
    if args.get("wait") == "try" and reply["end"] and not isinstance(session.endpoint(args, "on"), PipeEnd):
        raise would_block()
    return reply


main()
