"""A connect to a name that nobody listens on tries again and again until somebody does."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import errno

from conformance.agents.stdlib.endpoints import would_block
from conformance.agents.stdlib.patience import Patience
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of

NOBODY = (errno.ENOENT,)


@instead_of(OPERATIONS, "connect")
def again(right: Right[Later], session: Session, args: Args) -> Later:
    waiting = Patience(args.get("wait"))
    while True:
        try:
            return (yield from right(session, args))
        except OSError as problem:
            if problem.errno not in NOBODY:
                raise
            if waiting.once:
                raise would_block() from None
        yield
        waiting.pause()


main()
