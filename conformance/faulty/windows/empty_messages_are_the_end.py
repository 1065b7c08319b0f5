"""A message of no bytes is reported as the end of the pipe."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "this faulty agent is for Windows"

sys.path.insert(0, __file__.replace("\\", "/").rpartition("/conformance/")[0])

from conformance.faulty.windows._wrong import Agent, Arguments, Reply, Right, instead_of, main


@instead_of("recv_message")
def end(right: Right, agent: Agent, arguments: Arguments) -> Reply:
    reply = right(agent, arguments)
    return {**reply, "end": reply["length"] == 0}


main()
