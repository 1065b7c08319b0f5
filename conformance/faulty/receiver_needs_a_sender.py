"""Opening a FIFO for receiving without waiting fails while nobody has it open for sending."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import errno
import os

from conformance.agents.stdlib.endpoints import PipeEnd
from conformance.agents.stdlib.fifo import has_sender
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "open_fifo")
def not_alone(right: Right[Later], session: Session, args: Args) -> Later:
    reply = yield from right(session, args)
    end = session.named(str(args["as"]))
    if args.get("wait") == "try" and isinstance(end, PipeEnd) and end.kind == "receiver":
        os.set_blocking(end.fd, False)
        met = has_sender(end)
        os.set_blocking(end.fd, True)
        if not met:
            session.remove(str(args["as"])).close()
            raise OSError(errno.ENXIO, os.strerror(errno.ENXIO))
    return reply


main()
