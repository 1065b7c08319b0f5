"""Connect sends a greeting of one byte and accept waits for it, which only its own kind understands."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _socket

from conformance.agents.stdlib.endpoints import Stream
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "connect")
def greet(right: Right[Later], session: Session, args: Args) -> Later:
    reply = yield from right(session, args)
    stream = session.named(str(args["as"]))
    if isinstance(stream, Stream):
        stream.sock.send(b"\0", _socket.MSG_NOSIGNAL)
    return reply


@instead_of(OPERATIONS, "accept")
def greeted(right: Right[Later], session: Session, args: Args) -> Later:
    reply = yield from right(session, args)
    stream = session.named(str(args["as"]))
    if isinstance(stream, Stream):
        stream.sock.recv(1)
    return reply


main()
