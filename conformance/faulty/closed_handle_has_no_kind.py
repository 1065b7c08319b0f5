"""Using a handle after its close is an error without a portable kind."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import Endpoint
from conformance.agents.stdlib.failures import Failure
from conformance.agents.stdlib.serve import main
from conformance.agents.stdlib.session import Session
from conformance.faulty._wrong import Right, instead_of


@instead_of(Session, "named")
def vague(right: Right[Endpoint], session: Session, name: str) -> Endpoint:
    if session.retired(name) is not None:
        raise Failure("other", "something is wrong with the handle")
    return right(session, name)


main()
