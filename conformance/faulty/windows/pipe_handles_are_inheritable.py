"""The handles of named pipes are inherited by every child."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "this faulty agent is for Windows"

sys.path.insert(0, __file__.replace("\\", "/").rpartition("/conformance/")[0])

from conformance.faulty.windows._wrong import Agent, Arguments, Reply, Right, instead_of, main


@instead_of("accept", "connect_pipe")
def inherit(right: Right, agent: Agent, arguments: Arguments) -> Reply:
    reply = right(agent, arguments)
    agent.table.numbered(arguments, "as").inheritable = True
    return reply


main()
