"""While a receive waits on a pipe, the process answers nothing else, although it claims to."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import PipeEnd
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(PipeEnd, "try_recv")
def at_once(right: Right[bytes], end: PipeEnd, limit: int) -> bytes:
    return end.block_recv(limit) if limit == 1 and end.met and not end.ahead else right(end, limit)


main()
