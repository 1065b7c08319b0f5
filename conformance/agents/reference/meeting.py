"""Local sockets: listen, accept, connect."""

from __future__ import annotations

import ipc
from ipc.names import AbstractName, NamespacedName, PathName

from .trouble import Refused
from .waits import Wait, readable, shortly

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ipc.names import Name

    from .agent import Agent
    from .arguments import Arguments
    from .wire import Reply


def raw_name(described: Arguments) -> bytes:
    """The bytes of a name, however they came."""
    if described.has("base64"):
        return described.bytes_of("base64")
    return described.text("text").encode("utf-8", "surrogateescape")


def endpoint_name(arguments: Arguments) -> Name:
    """The argument `name`."""
    described = arguments.table("name")
    raw = raw_name(described)
    match described.text("kind"):
        case "path":
            return PathName(raw)
        case "abstract":
            return AbstractName(raw)
        case "namespaced":
            return NamespacedName(raw)
        case other:
            raise Refused("unsupported", f"this agent has no names of kind {other!r}")


def listen(agent: Agent, arguments: Arguments) -> Reply:
    handle = agent.table.refuse_taken(arguments.text("as"))
    options: dict[str, int] = {}
    for option in ("backlog", "mode"):
        if arguments.has(option):
            options[option] = arguments.whole(option)
    listener = ipc.listen(
        endpoint_name(arguments),
        reclaim=arguments.flag("reclaim", True),
        overwrite=arguments.flag("overwrite", False),
        **options,
    )
    agent.table.add(handle, listener)
    return {}


def accept(agent: Agent, arguments: Arguments) -> Reply:
    handle = agent.table.refuse_taken(arguments.text("as"))
    listener = agent.table.listener(arguments)
    stream = Wait(arguments).perform(listener.accept, readable(listener.fileno))
    agent.table.add(handle, stream)
    return {}


def connect(agent: Agent, arguments: Arguments) -> Reply:
    handle = agent.table.refuse_taken(arguments.text("as"))
    name = endpoint_name(arguments)
    # A full backlog is the only thing that a connect waits for, and no descriptor tells when it has room.
    stream = Wait(arguments).perform(lambda timeout: ipc.connect(name, timeout=timeout), shortly)
    agent.table.add(handle, stream)
    return {}
