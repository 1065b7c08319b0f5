"""Sending on a pipe without receivers fails with reset."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import PipeEnd
from conformance.agents.stdlib.failures import Failure
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of

for name in ("try_send", "block_send"):

    @instead_of(PipeEnd, name)
    def reset(right: Right[int], end: PipeEnd, data: memoryview) -> int:
        try:
            return right(end, data)
        except BrokenPipeError as problem:
            raise Failure("reset", str(problem), problem) from None


main()
