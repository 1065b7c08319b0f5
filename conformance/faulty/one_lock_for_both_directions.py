"""One lock for a stream: a send waits until the receive that waits on the stream is done."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _thread

from conformance.agents.stdlib.endpoints import Endpoint, Stream
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of

locks: dict[Endpoint, _thread.LockType] = {}


@instead_of(OPERATIONS, "send_all")
def behind(right: Right[Later], session: Session, args: Args) -> Later:
    stream = session.endpoint(args, "on")
    if not isinstance(stream, Stream):
        return (yield from right(session, args))
    yield
    with locks.setdefault(stream, _thread.allocate_lock()):
        return (yield from right(session, args))


@instead_of(OPERATIONS, "recv")
def in_front(right: Right[Later], session: Session, args: Args) -> Later:
    stream = session.endpoint(args, "on")
    if not isinstance(stream, Stream):
        return (yield from right(session, args))
    yield
    with locks.setdefault(stream, _thread.allocate_lock()):
        return (yield from right(session, args))


main()
