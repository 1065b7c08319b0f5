"""Bytes of a FIFO's path that are no UTF-8 are replaced."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import fifo
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Args, Right, instead_of


@instead_of(fifo, "fifo_path")
def as_text(right: Right[bytes], args: Args) -> bytes:
    return right(args).decode("utf-8", "replace").encode("utf-8")


main()
