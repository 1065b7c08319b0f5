"""Handles as such: close, duplicate, split, modes."""

from __future__ import annotations

import ipc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from .agent import Agent
    from .arguments import Arguments
    from .table import AnyTable
    from .wire import Reply

    class Holder(Protocol):
        """An agent of whichever API."""

        @property
        def table(self) -> AnyTable: ...


def close(agent: Holder, arguments: Arguments) -> Reply:
    name = arguments.text("on")
    before = agent.table.retired(name) if arguments.flag("again", False) else None
    (before or agent.table.retire(name)).close()
    return {}


def duplicate(agent: Holder, arguments: Arguments) -> Reply:
    handle = agent.table.refuse_taken(arguments.text("as"))
    agent.table.add(handle, agent.table.end(arguments).duplicate())
    return {}


def split(agent: Holder, arguments: Arguments) -> Reply:
    names = [agent.table.refuse_taken(arguments.text(half)) for half in ("receiver", "sender")]
    stream = agent.table.stream(arguments)
    receiver, sender = stream.split()
    agent.table.retire(arguments.text("on"))
    agent.table.add(names[0], receiver)
    agent.table.add(names[1], sender)
    return {}


def unsplit(agent: Agent, arguments: Arguments) -> Reply:
    handle = agent.table.refuse_taken(arguments.text("as"))
    receiver = agent.table.receiving_half(arguments, "receiver")
    sender = agent.table.sending_half(arguments, "sender")
    stream = ipc.reunite(receiver, sender)
    for half in ("receiver", "sender"):
        agent.table.retire(arguments.text(half))
    agent.table.add(handle, stream)
    return {}


def set_blocking(agent: Holder, arguments: Arguments) -> Reply:
    agent.table.endpoint(arguments).set_blocking(arguments.flag("blocking", True))
    return {}


def get_blocking(agent: Holder, arguments: Arguments) -> Reply:
    return {"blocking": agent.table.endpoint(arguments).get_blocking()}
