"""A send into a full pipe is believed to have gone: EAGAIN counts as success, and the data are gone."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import PipeEnd
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(PipeEnd, "try_send")
def gone(right: Right[int], end: PipeEnd, data: memoryview) -> int:
    try:
        return right(end, data)
    except BlockingIOError:
        return len(data)


main()
