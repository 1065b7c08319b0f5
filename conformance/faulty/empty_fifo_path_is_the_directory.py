"""An empty path of a FIFO is taken for the working directory."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import fifo
from conformance.agents.stdlib.failures import Failure
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Args, Right, instead_of


@instead_of(fifo, "fifo_path")
def here(right: Right[bytes], args: Args) -> bytes:
    try:
        return right(args)
    except Failure:
        if args["path"] == {"kind": "path", "text": ""}:
            return b"."
        raise


main()
