"""Every end of a named pipe says that it is the server's."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "this faulty agent is for Windows"

sys.path.insert(0, __file__.replace("\\", "/").rpartition("/conformance/")[0])

from conformance.faulty.windows._wrong import Agent, Arguments, Reply, Right, instead_of, main


@instead_of("who")
def server(right: Right, agent: Agent, arguments: Arguments) -> Reply:
    return {**right(agent, arguments), "is_server": True}


main()
