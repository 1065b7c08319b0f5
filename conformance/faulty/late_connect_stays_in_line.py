"""A connect whose deadline has passed goes on in the background, and takes a place in the queue when there is room."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _socket
import _thread

from conformance.agents.stdlib import listening
from conformance.agents.stdlib.failures import Failure
from conformance.agents.stdlib.names import address
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of

waiting: list[_socket.socket] = []


@instead_of(OPERATIONS, "connect")
def goes_on(right: Right[Later], session: Session, args: Args) -> Later:
    try:
        return (yield from right(session, args))
    except Failure as problem:
        if problem.kind == "timed_out":
            waiting.append(listening.new_socket())
            _thread.start_new_thread(waiting[-1].connect, (address(args).raw,))
        raise


main()
