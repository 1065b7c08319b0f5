"""A tried accept waits a little, and says that its time is up."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "accept")
def a_little(right: Right[Later], session: Session, args: Args) -> Later:
    return (yield from right(session, {**args, "wait": 20} if args.get("wait") == "try" else args))


main()
