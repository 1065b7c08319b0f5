"""A security descriptor that cannot be understood is left out."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "this faulty agent is for Windows"

sys.path.insert(0, __file__.replace("\\", "/").rpartition("/conformance/")[0])

from conformance.faulty.windows._wrong import Agent, Arguments, Reply, Right, instead_of, main, without


@instead_of("listen_pipe")
def none(right: Right, agent: Agent, arguments: Arguments) -> Reply:
    wrong = arguments.has("security") and not arguments.text("security").startswith("D:")
    return right(agent, without(arguments, "security") if wrong else arguments)


main()
