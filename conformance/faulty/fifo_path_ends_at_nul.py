"""The path of a FIFO ends at its first NUL byte."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import fifo
from conformance.agents.stdlib.serve import main
from conformance.agents.stdlib.values import raw_text
from conformance.faulty._wrong import Args, Right, instead_of


@instead_of(fifo, "fifo_path")
def cut(right: Right[bytes], args: Args) -> bytes:
    path, nul, _ = raw_text(args["path"]).partition(b"\0")
    return path if nul else right(args)


main()
