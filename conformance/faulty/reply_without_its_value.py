"""A reply is without the value that the protocol asks for."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "inheritable")
def nothing(_right: Right[Reply], _session: Session, _args: Args) -> Reply:
    return {}


main()
