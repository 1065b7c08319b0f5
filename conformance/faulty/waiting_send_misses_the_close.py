"""A send that waits for room is not told that its peer has closed."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import time

from conformance.agents.stdlib.endpoints import Stream
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(Stream, "block_send")
def waits_on(right: Right[int], stream: Stream, data: memoryview) -> int:
    try:
        return right(stream, data)
    except OSError:
        time.sleep(60)
        raise


main()
