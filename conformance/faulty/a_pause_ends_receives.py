"""A receive that waits while its process is stopped fails with a reset when the process goes on."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import errno
import os
import select
import signal

from conformance.agents.stdlib.endpoints import PipeEnd, Stream
from conformance.agents.stdlib.patience import poll
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of

SLICE = 0.01
continued: list[int] = []

signal.signal(signal.SIGCONT, lambda number, _frame: continued.append(number))

for owner in (Stream, PipeEnd):

    @instead_of(owner, "block_recv")
    def broken_off(right: Right[bytes], end: Stream | PipeEnd, limit: int) -> bytes:
        before = len(continued)
        while not end.closed and os.get_blocking(end.fileno()):
            ready = poll(end.fileno(), select.POLLIN, SLICE)
            if len(continued) > before:
                raise ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))
            if ready:
                break
        return right(end, limit)


main()
