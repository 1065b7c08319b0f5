"""Using an end of a pipe in the other direction is an error without a portable kind."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import PipeEnd
from conformance.agents.stdlib.failures import Failure
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(PipeEnd, "try_recv")
def vague(right: Right[bytes], end: PipeEnd, limit: int) -> bytes:
    if end.kind == "sender":
        raise Failure("other", "cannot receive")
    return right(end, limit)


main()
