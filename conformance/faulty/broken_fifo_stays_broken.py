"""A sender of a FIFO that has found nobody to receive stays broken when somebody comes."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import PipeEnd
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of

broken: set[PipeEnd] = set()


@instead_of(PipeEnd, "try_send")
def for_good(right: Right[int], end: PipeEnd, data: memoryview) -> int:
    if end in broken:
        raise BrokenPipeError(32, "Broken pipe")
    try:
        return right(end, data)
    except BrokenPipeError:
        broken.add(end)
        raise


main()
