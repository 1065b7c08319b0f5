"""Readiness to receive means data: a peer that has closed does not make a receiver ready."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import array
import fcntl
import termios

from conformance.agents.stdlib.endpoints import Listener
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "ready")
def data_only(right: Right[Later], session: Session, args: Args) -> Later:
    reply = yield from right(session, args)
    endpoint = session.endpoint(args, "on")
    if args["for"] == "recv" and not isinstance(endpoint, Listener):
        queued = array.array("i", [0])
        fcntl.ioctl(endpoint.fileno(), termios.FIONREAD, queued)
        return {"ready": queued[0] > 0}
    return reply


main()
