"""A look tells how many bytes it shows in place of how many wait."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "this faulty agent is for Windows"

sys.path.insert(0, __file__.replace("\\", "/").rpartition("/conformance/")[0])

from conformance.faulty.windows._wrong import Agent, Arguments, Reply, Right, instead_of, main


@instead_of("peek")
def count(right: Right, agent: Agent, arguments: Arguments) -> Reply:
    reply = right(agent, arguments)
    return {**reply, "available": reply["length"]}


main()
