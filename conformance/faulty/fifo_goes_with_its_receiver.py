"""A FIFO's file is removed when its receiver closes."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib.endpoints import PipeEnd
from conformance.agents.stdlib.names import fifo_path
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of

paths: dict[object, bytes] = {}


@instead_of(OPERATIONS, "open_fifo")
def remember(right: Right[Later], session: Session, args: Args) -> Later:
    reply = yield from right(session, args)
    if args["end"] == "receiver":
        paths[session.named(str(args["as"]))] = fifo_path(args)
    return reply


@instead_of(PipeEnd, "close")
def tidy(right: Right[None], end: PipeEnd) -> None:
    right(end)
    path = paths.pop(end, None)
    if path is not None and os.path.exists(path):
        os.unlink(path)


main()
