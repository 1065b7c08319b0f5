"""An accept whose deadline has passed goes on in the background and takes the next client."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _thread

from conformance.agents.stdlib.endpoints import Listener
from conformance.agents.stdlib.failures import Failure
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "accept")
def goes_on(right: Right[Later], session: Session, args: Args) -> Later:
    listener = session.endpoint(args, "on")
    try:
        return (yield from right(session, args))
    except Failure as problem:
        if problem.kind == "timed_out" and isinstance(listener, Listener):
            _thread.start_new_thread(listener.block_accept, (None,))
        raise


main()
