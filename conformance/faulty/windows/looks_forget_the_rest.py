"""A look never says that there is more of a message than it shows."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "this faulty agent is for Windows"

sys.path.insert(0, __file__.replace("\\", "/").rpartition("/conformance/")[0])

from conformance.faulty.windows._wrong import Agent, Arguments, Reply, Right, instead_of, main


@instead_of("peek")
def forget(right: Right, agent: Agent, arguments: Arguments) -> Reply:
    return {**right(agent, arguments), "left": 0}


main()
