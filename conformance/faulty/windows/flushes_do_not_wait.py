"""A flush returns at once."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "this faulty agent is for Windows"

sys.path.insert(0, __file__.replace("\\", "/").rpartition("/conformance/")[0])

from conformance.faulty.windows._wrong import Agent, Arguments, Reply, Right, instead_of, main


@instead_of("flush")
def no_wait(_right: Right, _agent: Agent, _arguments: Arguments) -> Reply:
    return {}


main()
