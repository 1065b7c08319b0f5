"""Every named pipe is duplex, whatever was asked for."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "this faulty agent is for Windows"

sys.path.insert(0, __file__.replace("\\", "/").rpartition("/conformance/")[0])

from conformance.faulty.windows._wrong import Agent, Arguments, Reply, Right, instead_of, main, without


@instead_of("listen_pipe", "connect_pipe")
def duplex(right: Right, agent: Agent, arguments: Arguments) -> Reply:
    return right(agent, without(arguments, "direction"))


main()
