"""A listener that was passed is taken for a stream, and cannot accept."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import passing
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(passing, "kind_of")
def no_listeners(right: Right[str], fd: int) -> str:
    kind = right(fd)
    return "stream" if kind == "listener" else kind


main()
