"""An accept without a client fails at once, also when it was to wait."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "accept")
def at_once(right: Right[Later], session: Session, args: Args) -> Later:
    return (yield from right(session, {**args, "wait": args.get("wait", "try")}))


main()
