"""A deadline of zero has passed before anything is tried."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.failures import Failure
from conformance.agents.stdlib.patience import Patience
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(Patience, "__init__")
def at_once(right: Right[None], patience: Patience, wait: object) -> None:
    if wait == 0 and wait is not None:
        raise Failure("timed_out", "the deadline has passed")
    right(patience, wait)


main()
