"""The process does every operation that it is asked for, whether it exists or not."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.serve import main
from conformance.agents.stdlib.session import Session
from conformance.faulty._wrong import Reply, Right, instead_of


def yes(_session: Session, _args: dict[str, object]) -> Reply:
    return {}


@instead_of(Session, "_operation")
def anything(right: Right[object], session: Session, name: str) -> object:
    return right(session, name) if name in session.operations else yes


main()
