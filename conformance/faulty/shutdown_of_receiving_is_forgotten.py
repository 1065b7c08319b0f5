"""Shutting receiving down is accepted and forgotten: a receive waits on."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "shutdown")
def forgotten(right: Right[Reply], session: Session, args: Args) -> Reply:
    return {} if args["how"] == "recv" else right(session, args)


main()
