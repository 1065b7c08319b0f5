"""A relative path of a FIFO is refused: it has to begin with a slash."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import fifo
from conformance.agents.stdlib.failures import Failure
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Args, Right, instead_of


@instead_of(fifo, "fifo_path")
def absolute(right: Right[bytes], args: Args) -> bytes:
    path = right(args)
    if not path.startswith(b"/"):
        raise Failure("invalid_name", "not an absolute path")
    return path


main()
