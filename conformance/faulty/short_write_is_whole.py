"""The tail of a send that the system took only in part is dropped: send_all makes one send and reports all."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import transfer
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.agents.stdlib.values import Payload, mapping
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "send_all")
def one_send(_right: Right[Later], session: Session, args: Args) -> Later:
    yield from transfer.send(session, args)
    return {"sent": Payload(mapping(args, "data")).length}


main()
