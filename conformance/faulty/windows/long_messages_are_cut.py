"""A message longer than the receiver allows is cut, and its rest is lost."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "this faulty agent is for Windows"

sys.path.insert(0, __file__.replace("\\", "/").rpartition("/conformance/")[0])

from conformance.agents.reference.payload import Received
from conformance.faulty.windows._wrong import Agent, Arguments, Reply, Right, instead_of, main, pipe


@instead_of("recv_message")
def cut(right: Right, agent: Agent, arguments: Arguments) -> Reply:
    if not arguments.has("max"):
        return right(agent, arguments)
    message = pipe(agent, arguments).receive_message(timeout=5)
    return Received((message or b"")[: arguments.whole("max")]).report(end=message is None)


main()
