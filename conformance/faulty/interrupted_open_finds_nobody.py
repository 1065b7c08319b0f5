"""An open of a FIFO during which a signal comes fails as if the path did not exist."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.failures import Failure
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.agents.stdlib.values import text
from conformance.faulty._arrivals import arrived
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "open_fifo")
def given_up(right: Right[Later], session: Session, args: Args) -> Later:
    before = arrived()
    reply = yield from right(session, args)
    if arrived() > before:
        session.retire(text(args, "as")).close()
        raise Failure("not_found", "no such FIFO")
    return reply


main()
