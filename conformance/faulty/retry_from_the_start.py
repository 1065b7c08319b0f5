"""After a short send the loop passes the whole data again instead of what is left."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import transfer
from conformance.agents.stdlib.endpoints import Endpoint
from conformance.agents.stdlib.patience import Patience
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, Steps, instead_of

whole: dict[Patience, memoryview] = {}


@instead_of(transfer, "send_some")
def from_the_start(right: Right[Steps[int]], endpoint: Endpoint, data: memoryview, patience: Patience) -> Steps[int]:
    first = whole.setdefault(patience, data)
    return (yield from right(endpoint, first[: len(data)], patience))


main()
