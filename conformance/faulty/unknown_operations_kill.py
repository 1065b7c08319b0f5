"""A process that is asked a second time for an operation that it does not have aborts."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib.serve import main
from conformance.agents.stdlib.session import Session
from conformance.faulty._wrong import Right, instead_of

declined: list[str] = []


@instead_of(Session, "_operation")
def once(right: Right[object], session: Session, name: str) -> object:
    if name not in session.operations:
        declined.append(name)
        if len(declined) > 1:
            os.abort()
    return right(session, name)


main()
