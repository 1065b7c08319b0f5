"""A send of a record that has to stay whole is made in two parts."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import PipeEnd
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(PipeEnd, "try_send")
def in_two(right: Right[int], end: PipeEnd, data: memoryview) -> int:
    half = len(data) // 2 if 256 < len(data) <= 4096 else len(data)
    return right(end, data[:half])


@instead_of(PipeEnd, "block_send")
def in_two_as_well(right: Right[int], end: PipeEnd, data: memoryview) -> int:
    half = len(data) // 2 if 256 < len(data) <= 4096 else len(data)
    return right(end, data[:half])


main()
