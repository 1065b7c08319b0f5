"""The mode is set when the listener listens already: until then the umask alone decides who can connect."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os
import time

from conformance.agents.stdlib.names import address
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.agents.stdlib.values import count
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "listen")
def afterwards(right: Right[Reply], session: Session, args: Args) -> Reply:
    reply = right(session, {key: value for key, value in args.items() if key != "mode"})
    path = address(args).path
    if "mode" in args and path is not None:
        time.sleep(0.002)  # as long as looking up a group takes
        os.chmod(path, count(args, "mode"))
    return reply


main()
