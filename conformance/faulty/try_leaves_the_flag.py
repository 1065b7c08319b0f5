"""Trying sets O_NONBLOCK and leaves it set, so later operations do not wait."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "recv")
def left(right: Right[Later], session: Session, args: Args) -> Later:
    if args.get("wait") == "try":
        os.set_blocking(session.endpoint(args, "on").fileno(), False)
    return (yield from right(session, args))


main()
