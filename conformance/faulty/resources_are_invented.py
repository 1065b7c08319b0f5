"""The number of open descriptors is always the same."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "resources")
def ten(_right: Right[Reply], _session: Session, _args: Args) -> Reply:
    return {"descriptors": 10, "threads": 1}


main()
