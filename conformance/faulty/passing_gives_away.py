"""Passing a descriptor closes it in the sender."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.agents.stdlib.values import texts
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "send_descriptors")
def gone(right: Right[Later], session: Session, args: Args) -> Later:
    reply = yield from right(session, args)
    for name in texts(args, "handles"):
        if name != args["on"]:
            session.named(name).close()
    return reply


main()
