"""Receives of a process wait in one line: one that waits for data holds up those on other streams."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _thread

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of

line = _thread.allocate_lock()


@instead_of(OPERATIONS, "recv")
def in_line(right: Right[Later], session: Session, args: Args) -> Later:
    yield
    with line:
        return (yield from right(session, args))


main()
