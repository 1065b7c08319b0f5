"""Each end names the other process as the client."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "this faulty agent is for Windows"

sys.path.insert(0, __file__.replace("\\", "/").rpartition("/conformance/")[0])

from conformance.faulty.windows._wrong import Agent, Arguments, Reply, Right, instead_of, main


@instead_of("who")
def client(right: Right, agent: Agent, arguments: Arguments) -> Reply:
    told = right(agent, arguments)
    if told["is_server"]:
        return told
    return {**told, "client_process": told["server_process"], "server_process": told["client_process"]}


main()
