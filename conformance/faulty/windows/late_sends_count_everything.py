"""A send that ran out of time says that all of its data were sent."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "this faulty agent is for Windows"

sys.path.insert(0, __file__.replace("\\", "/").rpartition("/conformance/")[0])

from conformance.agents.reference.payload import outgoing
from conformance.faulty.windows._wrong import Agent, Arguments, Incomplete, Reply, Right, instead_of, main


@instead_of("send_all")
def everything(right: Right, agent: Agent, arguments: Arguments) -> Reply:
    try:
        return right(agent, arguments)
    except TimeoutError as error:
        raise Incomplete(error, {"sent": len(outgoing(arguments))}) from None


main()
