"""The path of a FIFO is limited to what fits a socket's address."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import fifo
from conformance.agents.stdlib.failures import Failure
from conformance.agents.stdlib.names import LONGEST_PATH
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Args, Right, instead_of


@instead_of(fifo, "fifo_path")
def limited(right: Right[bytes], args: Args) -> bytes:
    path = right(args)
    if len(path) > LONGEST_PATH:
        raise Failure("name_too_long", "too long")
    return path


main()
