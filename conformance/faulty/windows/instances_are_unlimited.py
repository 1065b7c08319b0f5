"""The limit of a named pipe's instances is ignored."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "this faulty agent is for Windows"

sys.path.insert(0, __file__.replace("\\", "/").rpartition("/conformance/")[0])

from conformance.faulty.windows._wrong import Agent, Arguments, Reply, Right, instead_of, main, without


@instead_of("listen_pipe")
def unlimited(right: Right, agent: Agent, arguments: Arguments) -> Reply:
    return right(agent, without(arguments, "instances"))


main()
