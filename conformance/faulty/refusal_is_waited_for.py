"""A connect that is refused tries again as long as it may, since the server might be starting."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.patience import Patience
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "connect")
def again(right: Right[Later], session: Session, args: Args) -> Later:
    waiting = Patience(args.get("wait"))
    while True:
        try:
            return (yield from right(session, args))
        except ConnectionRefusedError:
            if waiting.once:
                raise
        yield
        waiting.pause()


main()
