"""The deadline of a send begins anew with each part that is taken."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import transfer
from conformance.agents.stdlib.endpoints import Endpoint
from conformance.agents.stdlib.patience import Patience
from conformance.agents.stdlib.serve import main
from conformance.agents.stdlib.values import Payload
from conformance.faulty._wrong import Args, Right, Session, Steps, instead_of

waits: dict[Patience, object] = {}
Outgoing = tuple[Endpoint, Patience, Payload]


@instead_of(transfer, "outgoing")
def remember(right: Right[Outgoing], session: Session, args: Args) -> Outgoing:
    endpoint, patience, payload = right(session, args)
    waits[patience] = args.get("wait")
    return endpoint, patience, payload


@instead_of(transfer, "send_some")
def anew(right: Right[Steps[int]], endpoint: Endpoint, data: memoryview, patience: Patience) -> Steps[int]:
    return (yield from right(endpoint, data, Patience(waits[patience])))


main()
