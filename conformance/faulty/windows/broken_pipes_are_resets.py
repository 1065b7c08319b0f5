"""A send to a peer that has closed is reported as a reset."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "this faulty agent is for Windows"

sys.path.insert(0, __file__.replace("\\", "/").rpartition("/conformance/")[0])

from conformance.faulty.windows._wrong import Agent, Arguments, Refused, Reply, Right, instead_of, main


@instead_of("send_all")
def reset(right: Right, agent: Agent, arguments: Arguments) -> Reply:
    try:
        return right(agent, arguments)
    except BrokenPipeError as error:
        raise Refused("reset", str(error)) from None


main()
