"""An empty message is taken for the end."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import Endpoint
from conformance.faulty import _framed
from conformance.faulty._wrong import Right, instead_of


@instead_of(_framed, "message")
def never_empty(right: Right[bytes | None], endpoint: Endpoint) -> bytes | None:
    return right(endpoint) or None


_framed.main()
