"""Handles as such: close, duplicate, split, modes; and what only POSIX streams have."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "the reference agent needs a POSIX system"

import fcntl
import os
import socket
import stat

import ipc
from ipc import posix

from .foreign import Foreign
from .offspring import Child
from .payload import Received, outgoing
from .trouble import Refused
from .waits import Wait, readable, writable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, Protocol

    from ipc import Listener, Receiver, Sender, Stream

    from .agent import Agent
    from .arguments import Arguments
    from .table import AnyTable
    from .wire import Reply

    class Holder(Protocol):
        """An agent of whichever API."""

        @property
        def table(self) -> AnyTable: ...


_DIRECTIONS: dict[str, Literal["recv", "send", "both"]] = {"recv": "recv", "send": "send", "both": "both"}


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


def kind_of(number: int) -> str:
    """What the system says that a descriptor is, in the words of the protocol; "" for anything else."""
    mode = os.fstat(number).st_mode
    if stat.S_ISFIFO(mode):
        return "sender" if fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE == os.O_WRONLY else "receiver"
    if not stat.S_ISSOCK(mode):
        return ""
    with socket.socket(fileno=os.dup(number)) as look:
        return "listener" if look.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) else "stream"


def take(number: int, kind: str) -> Stream | Listener | Receiver | Sender | Foreign:
    """The implementation's object over a descriptor."""
    match kind:
        case "stream":
            return posix.adopt_stream(number)
        case "listener":
            return posix.adopt_listener(number)
        case "receiver":
            return posix.adopt_receiver(number)
        case "sender":
            return posix.adopt_sender(number)
        case _:
            return Foreign(number)
