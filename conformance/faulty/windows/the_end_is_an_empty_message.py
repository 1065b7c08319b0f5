"""The end of the pipe is reported as a message of no bytes."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "this faulty agent is for Windows"

sys.path.insert(0, __file__.replace("\\", "/").rpartition("/conformance/")[0])

from conformance.faulty.windows._wrong import Agent, Arguments, Reply, Right, instead_of, main


@instead_of("recv_message")
def empty(right: Right, agent: Agent, arguments: Arguments) -> Reply:
    return {**right(agent, arguments), "end": False}


main()
