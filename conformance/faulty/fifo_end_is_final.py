"""After the end of one sender's data a receiver of a FIFO reports the end for ever."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import PipeEnd
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of

ended: set[PipeEnd] = set()


@instead_of(PipeEnd, "try_recv")
def for_good(right: Right[bytes], end: PipeEnd, limit: int) -> bytes:
    if end in ended:
        return b""
    data = right(end, limit)
    if limit and not data:
        ended.add(end)
    return data


main()
