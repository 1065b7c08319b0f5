"""A sender of a FIFO opens the path again for each send, whatever is there by then."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib.endpoints import PipeEnd
from conformance.agents.stdlib.names import fifo_path
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of

paths: dict[PipeEnd, bytes] = {}


@instead_of(OPERATIONS, "open_fifo")
def remember(right: Right[Later], session: Session, args: Args) -> Later:
    reply = yield from right(session, args)
    end = session.named(str(args["as"]))
    if isinstance(end, PipeEnd):
        paths[end] = os.path.abspath(fifo_path(args))
    return reply


@instead_of(PipeEnd, "try_send")
def again(right: Right[int], end: PipeEnd, data: memoryview) -> int:
    if end in paths and end.kind == "sender" and not os.path.exists(paths[end]):
        raise FileNotFoundError(2, "No such file or directory")
    return right(end, data)


main()
