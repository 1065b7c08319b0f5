"""Sending and receiving."""

from __future__ import annotations

from functools import partial

from ipc.errors import IpcError, UnexpectedEof

from .foreign import Foreign
from .payload import Received, outgoing
from .trouble import Incomplete
from .waits import Wait, readable, writable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ipc import Receiver, Sender, Stream

    from .agent import Agent
    from .arguments import Arguments
    from .wire import Reply

_PIECE = 65_536


def send(agent: Agent, arguments: Arguments) -> Reply:
    sender = agent.table.sender(arguments)
    data = outgoing(arguments)
    count = Wait(arguments).perform(partial(sender.send, data), writable(sender.fileno))
    return {"sent": count}


def send_all(agent: Agent, arguments: Arguments) -> Reply:
    sender = agent.table.sender(arguments)
    data, wait = outgoing(arguments), Wait(arguments)
    if wait.ready or isinstance(sender, Foreign):
        _send_in_pieces(sender, data, wait)
    else:
        sender.send_all(data, wait.left())
    return {"sent": len(data)}


def _send_in_pieces(sender: Stream | Sender | Foreign, data: bytes, wait: Wait) -> None:
    view, sent = memoryview(data), 0
    try:
        while sent < len(data):
            rest = bytes(view[sent : sent + _PIECE])
            sent += wait.perform(partial(sender.send, rest), writable(sender.fileno))
    except (IpcError, OSError) as error:
        raise Incomplete(error, {"sent": sent}) from None


def recv(agent: Agent, arguments: Arguments) -> Reply:
    receiver = agent.table.receiver(arguments)
    most = arguments.whole("max")
    data = Wait(arguments).perform(partial(receiver.recv, most), readable(receiver.fileno))
    return Received(data).report(end=not data and most > 0)


def recv_exact(agent: Agent, arguments: Arguments) -> Reply:
    receiver = agent.table.receiver(arguments)
    length, wait = arguments.whole("length"), Wait(arguments)
    if wait.ready or isinstance(receiver, Foreign):
        return _recv_in_pieces(receiver, wait, length)
    try:
        return Received(receiver.recv_exact(length, wait.left())).report(end=False)
    except UnexpectedEof as error:
        raise Incomplete(error, {"received": Received(error.partial).report(end=True)}) from None
    except IpcError as error:
        # The bytes that came are the next to be received; the protocol wants them told here.
        kept = b"" if receiver.closed or not receiver.unread else receiver.recv(receiver.unread, 0.0)
        raise Incomplete(error, {"received": Received(kept).report(end=False)}) from None


def recv_to_end(agent: Agent, arguments: Arguments) -> Reply:
    return _recv_in_pieces(agent.table.receiver(arguments), Wait(arguments), None)


def _recv_in_pieces(receiver: Stream | Receiver | Foreign, wait: Wait, length: int | None) -> Reply:
    """Receive `length` bytes, or everything to the end of the stream."""
    received = Received()
    until = readable(receiver.fileno)
    try:
        while length is None or received.length < length:
            most = _PIECE if length is None else min(_PIECE, length - received.length)
            data = wait.perform(partial(receiver.recv, most), until)
            if not data:
                break
            received.add(data)
    except (IpcError, OSError) as error:
        raise Incomplete(error, {"received": received.report(end=False)}) from None
    if length is not None and received.length < length:
        short = UnexpectedEof(None, f"the stream ended after {received.length} of {length} bytes")
        raise Incomplete(short, {"received": received.report(end=True)})
    return received.report(end=length is None)
