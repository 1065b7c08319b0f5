"""The byte that was read to learn that a FIFO has a sender is thrown away."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os
import select

from conformance.agents.stdlib import fifo
from conformance.agents.stdlib.endpoints import PipeEnd
from conformance.agents.stdlib.patience import poll
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of

FIRST_BYTE = 0.3


@instead_of(fifo, "has_sender")
def lost(right: Right[bool], end: PipeEnd) -> bool:
    met = right(end)
    if met and not end.ahead and poll(end.fd, select.POLLIN, FIRST_BYTE) & select.POLLIN:
        os.read(end.fd, 1)
    end.ahead = b""
    return met


main()
