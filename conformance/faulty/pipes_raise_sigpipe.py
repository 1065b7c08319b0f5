"""Sending on a pipe without receivers raises SIGPIPE: nothing keeps the signal back."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import sigpipe
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(sigpipe, "without")
def with_it(_right: Right[int], write: Right[int], fd: int, data: memoryview) -> int:
    return write(fd, data)


main()
