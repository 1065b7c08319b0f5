"""What only POSIX has: half-close, credentials, descriptors that travel, readiness."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "these need a POSIX system"

from ipc import posix

from .adopting import kind_of, take
from .offspring import Child
from .payload import Received, outgoing
from .trouble import Refused
from .waits import Wait, is_ready, readable, writable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from .agent import Agent
    from .arguments import Arguments
    from .wire import Reply

_DIRECTIONS: dict[str, Literal["recv", "send", "both"]] = {"recv": "recv", "send": "send", "both": "both"}


def shutdown(agent: Agent, arguments: Arguments) -> Reply:
    stream = agent.table.end(arguments)
    how = arguments.text("how")
    # What the table does not know goes through as it is: the implementation is to refuse it.
    posix.shutdown(stream, _DIRECTIONS.get(how, how))  # type: ignore[arg-type]
    return {}


def peer_credentials(agent: Agent, arguments: Arguments) -> Reply:
    told = posix.peer_credentials(agent.table.stream(arguments))
    known = {"pid": told.pid, "uid": told.uid, "gid": told.gid}
    return {key: value for key, value in known.items() if value is not None}


def send_descriptors(agent: Agent, arguments: Arguments) -> Reply:
    stream = agent.table.sending_stream(arguments)
    handles = [agent.table.get(name) for name in arguments.texts("handles")]
    if any(isinstance(handle, Child) for handle in handles):
        raise Refused("invalid_handle", "one of the handles has no descriptor")
    numbers = [handle.fileno() for handle in handles if not isinstance(handle, Child)]
    data = outgoing(arguments)
    count = Wait(arguments).perform(
        lambda timeout: posix.send_descriptors(stream, numbers, data, timeout), writable(stream.fileno)
    )
    return {"sent": count}


def recv_descriptors(agent: Agent, arguments: Arguments) -> Reply:
    stream = agent.table.receiving_stream(arguments)
    names = [agent.table.refuse_taken(name) for name in arguments.texts("as")]
    most = arguments.whole("max")
    got = Wait(arguments).perform(
        lambda timeout: posix.recv_descriptors(stream, most, len(names), timeout), readable(stream.fileno)
    )
    for name, number in zip(names, got.descriptors, strict=False):
        agent.table.add(name, take(number, kind_of(number)))
    report = Received(got.data).report(end=not got.data and not got.descriptors)
    return {**report, "count": len(got.descriptors), "truncated": got.truncated}


def ready(agent: Agent, arguments: Arguments) -> Reply:
    endpoint = agent.table.numbered(arguments)
    receiving = arguments.text("for") == "recv"
    return {"ready": is_ready(endpoint.fileno(), receiving, arguments.whole("wait"))}
