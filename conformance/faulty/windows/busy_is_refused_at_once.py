"""A connect to a named pipe never waits for an instance."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "this faulty agent is for Windows"

sys.path.insert(0, __file__.replace("\\", "/").rpartition("/conformance/")[0])

from conformance.faulty.windows._wrong import Agent, Arguments, Reply, Right, instead_of, main


@instead_of("connect_pipe")
def at_once(right: Right, agent: Agent, arguments: Arguments) -> Reply:
    return right(agent, Arguments({**arguments.values, "wait": "try"}))


main()
