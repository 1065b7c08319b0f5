"""What a look has shown is gone."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "this faulty agent is for Windows"

sys.path.insert(0, __file__.replace("\\", "/").rpartition("/conformance/")[0])

from conformance.faulty.windows._wrong import Agent, Arguments, Reply, Right, instead_of, main, pipe


@instead_of("peek")
def take(right: Right, agent: Agent, arguments: Arguments) -> Reply:
    reply = right(agent, arguments)
    if arguments.whole("max") and reply["available"]:
        pipe(agent, arguments).recv(arguments.whole("max"))
    return reply


main()
