"""A deadline is set on the object and stays there: a later receive without one gives up too."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import transfer
from conformance.agents.stdlib.endpoints import Endpoint
from conformance.agents.stdlib.patience import Patience
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Args, Right, Session, instead_of

deadlines: dict[Endpoint, object] = {}
Incoming = tuple[Endpoint, Patience]


@instead_of(transfer, "incoming")
def sticky(right: Right[Incoming], session: Session, args: Args) -> Incoming:
    endpoint = session.endpoint(args, "on")
    wait = args.get("wait", deadlines.get(endpoint))
    if isinstance(wait, int):
        deadlines[endpoint] = wait
    return right(session, {**args, "wait": wait})


main()
