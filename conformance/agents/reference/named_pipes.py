"""Named pipes, with what only Windows has."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "named pipes are Windows'"

from functools import partial

from ipc import windows

from .meeting import endpoint_name
from .payload import Received, outgoing
from .trouble import Refused
from .waits import Wait, shortly

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .agent import Agent
    from .arguments import Arguments
    from .wire import Reply

_NUMBERS = ("instances", "waiting", "send_buffer", "receive_buffer")
_LONGEST = 2**31 - 1


def listen_pipe(agent: Agent, arguments: Arguments) -> Reply:
    handle = agent.table.refuse_taken(arguments.text("as"))
    options: dict[str, object] = {key: arguments.whole(key) for key in _NUMBERS if arguments.has(key)}
    words = ("direction", "mode", "receive_mode")
    options |= {key: arguments.text(key) for key in words if arguments.has(key)}
    if arguments.has("security"):
        options["security"] = windows.Security(arguments.text("security"))
    # What the agent does not know goes through as it is: the implementation is to refuse it.
    listener = windows.listen_pipe(endpoint_name(arguments), **options)  # type: ignore[arg-type]
    agent.table.add(handle, listener)
    return {}


def connect_pipe(agent: Agent, arguments: Arguments) -> Reply:
    handle = agent.table.refuse_taken(arguments.text("as"))
    name = endpoint_name(arguments)
    options: dict[str, object] = {
        key: arguments.text(key) for key in ("direction", "receive_mode") if arguments.has(key)
    }
    connect = partial(windows.connect_pipe, name, **options)  # type: ignore[arg-type]
    agent.table.add(handle, Wait(arguments).perform(lambda timeout: connect(timeout=timeout), shortly))
    return {}


def send_message(agent: Agent, arguments: Arguments) -> Reply:
    stream, data = pipe(agent, arguments), outgoing(arguments)
    Wait(arguments).perform(lambda timeout: stream.send_message(data, timeout), shortly)
    return {"sent": len(data)}


def recv_message(agent: Agent, arguments: Arguments) -> Reply:
    stream = pipe(agent, arguments)
    limit = arguments.whole("max") if arguments.has("max") else _LONGEST
    message = Wait(arguments).perform(lambda timeout: stream.receive_message(limit, timeout), shortly)
    return Received(message or b"").report(end=message is None)


def peek(agent: Agent, arguments: Arguments) -> Reply:
    data, available, left = pipe(agent, arguments).peek(arguments.whole("max"))
    return {**Received(data).report(end=False), "available": available, "left": left}


def flush(agent: Agent, arguments: Arguments) -> Reply:
    Wait(arguments).perform(pipe(agent, arguments).flush, shortly)
    return {}


def disconnect(agent: Agent, arguments: Arguments) -> Reply:
    pipe(agent, arguments).disconnect()
    agent.table.retire(arguments.text("on"))
    return {}


def who(agent: Agent, arguments: Arguments) -> Reply:
    stream = pipe(agent, arguments)
    return {
        "client_process": stream.client_process,
        "server_process": stream.server_process,
        "client_session": stream.client_session,
        "server_session": stream.server_session,
        "instances": stream.instances,
        "is_server": stream.is_server,
    }


def pipe(agent: Agent, arguments: Arguments) -> windows.PipeStream:
    """The stream that argument `on` names, which must be a named pipe."""
    stream = agent.table.stream(arguments)
    if not isinstance(stream, windows.PipeStream):
        raise Refused("wrong_type", f"{arguments.text('on')!r} was not made by listen_pipe or connect_pipe")
    return stream
