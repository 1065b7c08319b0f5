"""A stale name is taken over by a listen that was not allowed to overwrite."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "listen")
def always(right: Right[Reply], session: Session, args: Args) -> Reply:
    return right(session, {**args, "overwrite": True})


main()
