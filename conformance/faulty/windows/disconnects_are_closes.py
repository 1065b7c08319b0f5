"""To disconnect a client is an orderly close."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "this faulty agent is for Windows"

sys.path.insert(0, __file__.replace("\\", "/").rpartition("/conformance/")[0])

from conformance.faulty.windows._wrong import Agent, Arguments, Reply, Right, instead_of, main


@instead_of("disconnect")
def close(_right: Right, agent: Agent, arguments: Arguments) -> Reply:
    agent.table.retire(arguments.text("on")).close()
    return {}


main()
