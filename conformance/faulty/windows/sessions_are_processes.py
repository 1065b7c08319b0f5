"""The number of a session is that of its process."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "this faulty agent is for Windows"

sys.path.insert(0, __file__.replace("\\", "/").rpartition("/conformance/")[0])

from conformance.faulty.windows._wrong import Agent, Arguments, Reply, Right, instead_of, main


@instead_of("who")
def processes(right: Right, agent: Agent, arguments: Arguments) -> Reply:
    told = right(agent, arguments)
    return {**told, "client_session": told["client_process"], "server_session": told["server_process"]}


main()
