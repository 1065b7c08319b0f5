"""A process that adopts a listener calls listen once more, which makes it the one whom clients see."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import listening
from conformance.agents.stdlib.endpoints import Listener
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "adopt")
def again(right: Right[Reply], session: Session, args: Args) -> Reply:
    reply = right(session, args)
    listener = session.named(str(args["as"]))
    if isinstance(listener, Listener):
        listener.sock.listen(listening.DEFAULT_BACKLOG)
    return reply


main()
