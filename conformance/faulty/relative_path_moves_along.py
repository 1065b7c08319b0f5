"""The path of a socket file is resolved when the listener closes, wherever the process is by then."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.claim import Claim
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(Claim, "__init__")
def as_written(right: Right[None], claim: Claim, path: bytes) -> None:
    right(claim, path)
    claim.path = path


main()
