"""A receive gives all that a buffer of its own took, also more than was asked for."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import PipeEnd
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(PipeEnd, "try_recv")
def too_much(right: Right[bytes], end: PipeEnd, limit: int) -> bytes:
    return right(end, 4096 if 0 < limit <= 4 else limit)


main()
