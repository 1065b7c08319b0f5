"""A pipe path that is too long is cut."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "this faulty agent is for Windows"

sys.path.insert(0, __file__.replace("\\", "/").rpartition("/conformance/")[0])

from conformance.faulty.windows._wrong import Agent, Arguments, Reply, Right, instead_of, main


@instead_of("listen_pipe", "connect_pipe")
def cut(right: Right, agent: Agent, arguments: Arguments) -> Reply:
    name = arguments.table("name")
    short = {"kind": name.text("kind"), "text": name.text("text")[:256]}
    return right(agent, Arguments({**arguments.values, "name": short}))


main()
