"""Each operation that had to wait leaves a thread behind."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _thread

from conformance.agents.stdlib.endpoints import Endpoint
from conformance.agents.stdlib.serve import main
from conformance.agents.stdlib.session import Session
from conformance.faulty._wrong import Later, Right, instead_of

parked = _thread.allocate_lock()
parked.acquire()
left: list[int] = []


@instead_of(Session, "_start")
def and_stay(right: Right[None], session: Session, identity: object, rest: Later, endpoint: Endpoint | None) -> None:
    left.append(_thread.start_new_thread(parked.acquire, ()))
    right(session, identity, rest, endpoint)


main()
