"""One request gets two replies."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.serve import main
from conformance.agents.stdlib.session import Session
from conformance.faulty._wrong import Right, instead_of

SIGN = "tokens"


@instead_of(Session, "reply")
def twice(right: Right[None], session: Session, identity: object, outcome: dict[str, object]) -> None:
    right(session, identity, outcome)
    ok = outcome.get("ok")
    if isinstance(ok, dict) and SIGN in ok:
        right(session, identity, outcome)


main()
