"""One lock for the halves of a stream: a send waits until the receive on the other half is done."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _thread

from conformance.agents.stdlib.endpoints import Endpoint, Half
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of

locks: dict[Endpoint, _thread.LockType] = {}

for name in ("send_all", "recv"):

    @instead_of(OPERATIONS, name)
    def locked(right: Right[Later], session: Session, args: Args) -> Later:
        half = session.endpoint(args, "on")
        if not isinstance(half, Half):
            return (yield from right(session, args))
        yield
        with locks.setdefault(half.stream, _thread.allocate_lock()):
            return (yield from right(session, args))


main()
