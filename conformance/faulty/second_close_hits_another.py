"""A second close closes the descriptor number once more, whoever has it now."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib.endpoints import Endpoint
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of

numbers: dict[Endpoint, int] = {}


@instead_of(OPERATIONS, "close")
def by_number(right: Right[Reply], session: Session, args: Args) -> Reply:
    name = str(args["on"])
    before = session.retired(name) if args.get("again") else None
    if before is not None:
        os.close(numbers[before])
        return {}
    endpoint = session.named(name)
    if endpoint.kind != "child":
        numbers[endpoint] = endpoint.fileno()
    return right(session, args)


main()
