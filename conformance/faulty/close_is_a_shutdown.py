"""Closing a stream shuts it down for everybody who holds it."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import Stream, shut_down
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(Stream, "close")
def for_everybody(right: Right[None], stream: Stream) -> None:
    if stream.holders <= 1 and stream.fileno() >= 0:
        shut_down(stream.sock)
    right(stream)


main()
