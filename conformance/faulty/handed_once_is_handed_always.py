"""What was handed to one process stays marked, and is handed to the next one too."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.agents.stdlib.values import texts
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "spawn")
def marked(right: Right[Reply], session: Session, args: Args) -> Reply:
    reply = right(session, args)
    for name in texts(args, "inherit"):
        os.set_inheritable(session.named(name).fileno(), True)
    return reply


main()
