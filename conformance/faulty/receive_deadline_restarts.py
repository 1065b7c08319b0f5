"""The deadline of a receive begins anew with each part that arrives."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import transfer
from conformance.agents.stdlib.endpoints import Endpoint
from conformance.agents.stdlib.patience import Patience
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Args, Right, Session, Steps, instead_of

waits: dict[Patience, object] = {}


@instead_of(transfer, "incoming")
def remember(right: Right[tuple[Endpoint, Patience]], session: Session, args: Args) -> tuple[Endpoint, Patience]:
    endpoint, patience = right(session, args)
    waits[patience] = args.get("wait")
    return endpoint, patience


@instead_of(transfer, "recv_some")
def anew(right: Right[Steps[bytes]], endpoint: Endpoint, limit: int, patience: Patience) -> Steps[bytes]:
    return (yield from right(endpoint, limit, Patience(waits[patience])))


main()
