"""Unnamed pipes."""

from __future__ import annotations

import ipc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .agent import Agent
    from .arguments import Arguments
    from .wire import Reply


def pipe(agent: Agent, arguments: Arguments) -> Reply:
    names = [agent.table.refuse_taken(arguments.text(end)) for end in ("receiver", "sender")]
    receiver, sender = ipc.pipe()
    agent.table.add(names[0], receiver)
    agent.table.add(names[1], sender)
    return {}
