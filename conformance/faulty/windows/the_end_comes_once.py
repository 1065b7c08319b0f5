"""The end of a stream is reported once; after that a receive is an error."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "this faulty agent is for Windows"

sys.path.insert(0, __file__.replace("\\", "/").rpartition("/conformance/")[0])

from conformance.faulty.windows._wrong import Agent, Arguments, Refused, Reply, Right, instead_of, main

ended: set[str] = set()


@instead_of("recv")
def once(right: Right, agent: Agent, arguments: Arguments) -> Reply:
    if arguments.text("on") in ended:
        raise Refused("not_connected", "the stream has ended")
    reply = right(agent, arguments)
    if reply["end"]:
        ended.add(arguments.text("on"))
    return reply


main()
