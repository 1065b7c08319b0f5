"""How a faulty agent for Windows is made: an operation of the reference agent gives way to one that is wrong."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "these faulty agents are for Windows"

from conformance.agents.reference.arguments import Arguments
from conformance.agents.reference.named_pipes import pipe
from conformance.agents.reference.serving import AT_ONCE, PATIENT
from conformance.agents.reference.start import main
from conformance.agents.reference.trouble import Incomplete, Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from conformance.agents.reference.agent import Agent
    from conformance.agents.reference.wire import Reply

    Right: TypeAlias = Callable[[Agent, Arguments], Reply]
    Wrong: TypeAlias = Callable[[Right, Agent, Arguments], Reply]
else:
    # Faulty agents name these in annotations only, which nobody evaluates.
    Agent = Reply = Right = object

__all__ = ["Agent", "Arguments", "Incomplete", "Refused", "Reply", "Right", "instead_of", "main", "pipe", "without"]


def instead_of(*names: str) -> Callable[[Wrong], None]:
    """Put a function in the place of operations, and hand it the right one as its first argument."""

    def replace(wrong: Wrong) -> None:
        for name in names:
            table = PATIENT if name in PATIENT else AT_ONCE
            table[name] = _bound(wrong, table[name])

    return replace


def without(arguments: Arguments, *keys: str) -> Arguments:
    """The same arguments without some of them."""
    return Arguments({key: value for key, value in arguments.values.items() if key not in keys})


def _bound(wrong: Wrong, right: Right) -> Right:
    return lambda agent, arguments: wrong(right, agent, arguments)
