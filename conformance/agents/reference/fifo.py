"""FIFO files."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "Windows has no FIFO files"

import ipc
from ipc import posix
from ipc.errors import InvalidName, NoPeer

from .meeting import raw_name
from .trouble import Refused
from .waits import Wait, shortly

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .agent import Agent
    from .arguments import Arguments
    from .wire import Reply


def make_fifo(_agent: object, arguments: Arguments) -> Reply:
    path = _path(arguments)
    if arguments.has("mode"):
        posix.make_fifo(path, arguments.whole("mode"))
    else:
        posix.make_fifo(path)
    return {}


def open_fifo(agent: Agent, arguments: Arguments) -> Reply:
    handle = agent.table.refuse_taken(arguments.text("as"))
    path, wait = _path(arguments), Wait(arguments)
    match arguments.text("end"):
        case "receiver":
            end: ipc.Receiver | ipc.Sender = posix.open_fifo_receiver(path, 0.0 if wait.ready else wait.left())
        case "sender":
            end = _open_sender(path, wait)
        case other:
            raise Refused("invalid_input", f"'end' is to be 'receiver' or 'sender', not {other!r}")
    agent.table.add(handle, end)
    return {}


def _open_sender(path: bytes, wait: Wait) -> ipc.Sender:
    while True:
        try:
            return posix.open_fifo_sender(path, 0.0 if wait.ready else wait.left())
        except NoPeer:
            if not wait.ready:
                raise
        shortly()


def _path(arguments: Arguments) -> bytes:
    described = arguments.table("path")
    if described.text("kind") != "path":
        raise InvalidName(None, "a FIFO has a name of kind path")
    return raw_name(described)
