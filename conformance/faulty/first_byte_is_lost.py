"""The byte that was read to learn that a FIFO has a sender is thrown away."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import fifo
from conformance.agents.stdlib.endpoints import PipeEnd
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(fifo, "has_sender")
def lost(right: Right[bool], end: PipeEnd) -> bool:
    met = right(end)
    end.ahead = b""
    return met


main()
