"""A receive whose deadline has passed goes on in the background and takes what comes next."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _thread

from conformance.agents.stdlib.failures import Failure
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.agents.stdlib.values import count
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "recv")
def goes_on(right: Right[Later], session: Session, args: Args) -> Later:
    endpoint = session.endpoint(args, "on")
    try:
        return (yield from right(session, args))
    except Failure as problem:
        if problem.kind == "timed_out" and count(args, "max") > 1:
            _thread.start_new_thread(endpoint.block_recv, (count(args, "max"),))
        raise


main()
