"""The operations that only this agent's API has, or that it has to await."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "the reference agent needs a POSIX system"

from ipc.errors import InvalidName, IpcError, UnexpectedEof

from ..adopting import kind_of
from ..foreign import Foreign
from ..inheriting import begin, greet, refuse_other_kinds
from ..meeting import endpoint_name, raw_name
from ..offspring import Child
from ..payload import Received, outgoing
from ..trouble import Incomplete, Refused
from ..waits import Wait
from .chosen import api, posix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from ipc.aio import Listener, Receiver, Sender, Stream

    from ..arguments import Arguments
    from ..wire import Reply
    from .agent import TaskAgent

_PIECE = 65_536
_DIRECTIONS: dict[str, Literal["recv", "send", "both"]] = {"recv": "recv", "send": "send", "both": "both"}

# What an operation has got so far, told if it is cancelled.
Progress = dict[str, object]


def _wait(arguments: Arguments) -> Wait:
    wait = Wait(arguments)
    if wait.ready:
        raise Refused("unsupported", "an endpoint on an event loop is awaited; there is no other loop to wait in")
    return wait


async def listen(agent: TaskAgent, arguments: Arguments, _progress: Progress) -> Reply:
    handle = agent.table.refuse_taken(arguments.text("as"))
    options = {option: arguments.whole(option) for option in ("backlog", "mode") if arguments.has(option)}
    reclaim, overwrite = arguments.flag("reclaim", True), arguments.flag("overwrite", False)
    listener = await api.listen(endpoint_name(arguments), reclaim=reclaim, overwrite=overwrite, **options)
    agent.table.add(handle, listener)
    return {}


async def accept(agent: TaskAgent, arguments: Arguments, _progress: Progress) -> Reply:
    handle = agent.table.refuse_taken(arguments.text("as"))
    agent.table.add(handle, await agent.table.listener(arguments).accept(_wait(arguments).left()))
    return {}


async def connect(agent: TaskAgent, arguments: Arguments, _progress: Progress) -> Reply:
    handle = agent.table.refuse_taken(arguments.text("as"))
    agent.table.add(handle, await api.connect(endpoint_name(arguments), timeout=_wait(arguments).left()))
    return {}


async def open_fifo(agent: TaskAgent, arguments: Arguments, _progress: Progress) -> Reply:
    handle = agent.table.refuse_taken(arguments.text("as"))
    path, wait = _path(arguments), _wait(arguments)
    match arguments.text("end"):
        case "receiver":
            end: Receiver | Sender = await posix.open_fifo_receiver(path, wait.left())
        case "sender":
            end = await posix.open_fifo_sender(path, wait.left())
        case other:
            raise Refused("invalid_input", f"'end' is to be 'receiver' or 'sender', not {other!r}")
    agent.table.add(handle, end)
    return {}


def _path(arguments: Arguments) -> bytes:
    described = arguments.table("path")
    if described.text("kind") != "path":
        raise InvalidName(None, "a FIFO has a name of kind path")
    return raw_name(described)


async def send(agent: TaskAgent, arguments: Arguments, _progress: Progress) -> Reply:
    sender, data, wait = agent.table.sender(arguments), outgoing(arguments), _wait(arguments)
    if isinstance(sender, Foreign):
        return {"sent": sender.send(data)}
    return {"sent": await sender.send(data, wait.left())}


async def send_all(agent: TaskAgent, arguments: Arguments, progress: Progress) -> Reply:
    sender, data, wait = agent.table.sender(arguments), outgoing(arguments), _wait(arguments)
    if isinstance(sender, Foreign):
        return {"sent": sender.send(data)}
    try:
        await sender.send_all(data, wait.left())
    except agent.loop.cancelled:
        progress["sent"] = sender.sent
        raise
    return {"sent": len(data)}


async def recv(agent: TaskAgent, arguments: Arguments, _progress: Progress) -> Reply:
    receiver, most, wait = agent.table.receiver(arguments), arguments.whole("max"), _wait(arguments)
    data = receiver.recv(most) if isinstance(receiver, Foreign) else await receiver.recv(most, wait.left())
    return Received(data).report(end=not data and most > 0)


async def recv_exact(agent: TaskAgent, arguments: Arguments, progress: Progress) -> Reply:
    receiver, length, wait = agent.table.receiver(arguments), arguments.whole("length"), _wait(arguments)
    if isinstance(receiver, Foreign):
        return await _recv_in_pieces(receiver, wait, length, progress)
    try:
        return Received(await receiver.recv_exact(length, wait.left())).report(end=False)
    except UnexpectedEof as error:
        raise Incomplete(error, {"received": Received(error.partial).report(end=True)}) from None
    except IpcError as error:
        # The bytes that came are the next to be received; the protocol wants them told here.
        kept = b"" if receiver.closed or not receiver.unread else await receiver.recv(receiver.unread, 0.0)
        raise Incomplete(error, {"received": Received(kept).report(end=False)}) from None


async def recv_to_end(agent: TaskAgent, arguments: Arguments, progress: Progress) -> Reply:
    return await _recv_in_pieces(agent.table.receiver(arguments), _wait(arguments), None, progress)


async def _recv_in_pieces(
    receiver: Stream | Receiver | Foreign, wait: Wait, length: int | None, progress: Progress
) -> Reply:
    """Receive `length` bytes, or everything to the end of the stream."""
    received = Received()
    try:
        while length is None or received.length < length:
            progress["received"] = received.report(end=False)
            most = _PIECE if length is None else min(_PIECE, length - received.length)
            data = receiver.recv(most) if isinstance(receiver, Foreign) else await receiver.recv(most, wait.left())
            if not data:
                break
            received.add(data)
    except (IpcError, OSError) as error:
        raise Incomplete(error, {"received": received.report(end=False)}) from None
    if length is not None and received.length < length:
        short = UnexpectedEof(None, f"the stream ended after {received.length} of {length} bytes")
        raise Incomplete(short, {"received": received.report(end=True)})
    return received.report(end=length is None)


async def send_descriptors(agent: TaskAgent, arguments: Arguments, _progress: Progress) -> Reply:
    stream, wait = agent.table.sending_stream(arguments), _wait(arguments)
    handles = [agent.table.get(name) for name in arguments.texts("handles")]
    numbers = [handle.fileno() for handle in handles if not isinstance(handle, Child)]
    if len(numbers) < len(handles):
        raise Refused("invalid_handle", "one of the handles has no descriptor")
    return {"sent": await posix.send_descriptors(stream, numbers, outgoing(arguments), wait.left())}


async def recv_descriptors(agent: TaskAgent, arguments: Arguments, _progress: Progress) -> Reply:
    stream, wait = agent.table.receiving_stream(arguments), _wait(arguments)
    names = [agent.table.refuse_taken(name) for name in arguments.texts("as")]
    got = await posix.recv_descriptors(stream, arguments.whole("max"), len(names), wait.left())
    for name, number in zip(names, got.descriptors, strict=False):
        agent.table.add(name, _take(number, kind_of(number)))
    report = Received(got.data).report(end=not got.data and not got.descriptors)
    return {**report, "count": len(got.descriptors), "truncated": got.truncated}


def _take(number: int, kind: str) -> Stream | Listener | Receiver | Sender | Foreign:
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


async def spawn(agent: TaskAgent, arguments: Arguments, _progress: Progress) -> Reply:
    handle = agent.table.refuse_taken(arguments.text("as"))
    child, tokens = begin(agent.table, agent.program, arguments)
    await agent.loop.aside(lambda: greet(child))
    agent.table.add(handle, child)
    return {"pid": child.pid, "tokens": tokens}


async def ask(agent: TaskAgent, arguments: Arguments, _progress: Progress) -> Reply:
    child, request = agent.table.child(arguments, "child"), arguments.table("request")
    op, args = request.text("op"), request.raw("args")
    return {"reply": await agent.loop.aside(lambda: child.ask(op, {} if args is None else args))}


def pipe(agent: TaskAgent, arguments: Arguments) -> Reply:
    names = [agent.table.refuse_taken(arguments.text(end)) for end in ("receiver", "sender")]
    receiver, sender = api.pipe()
    agent.table.add(names[0], receiver)
    agent.table.add(names[1], sender)
    return {}


def unsplit(agent: TaskAgent, arguments: Arguments) -> Reply:
    handle = agent.table.refuse_taken(arguments.text("as"))
    receiver = agent.table.receiving_half(arguments, "receiver")
    sender = agent.table.sending_half(arguments, "sender")
    stream = api.reunite(receiver, sender)
    for half in ("receiver", "sender"):
        agent.table.retire(arguments.text(half))
    agent.table.add(handle, stream)
    return {}


def shutdown(agent: TaskAgent, arguments: Arguments) -> Reply:
    stream, how = agent.table.end(arguments), arguments.text("how")
    # What the table does not know goes through as it is: the implementation is to refuse it.
    posix.shutdown(stream, _DIRECTIONS.get(how, how))  # type: ignore[arg-type]
    return {}


def peer_credentials(agent: TaskAgent, arguments: Arguments) -> Reply:
    told = posix.peer_credentials(agent.table.stream(arguments))
    known = {"pid": told.pid, "uid": told.uid, "gid": told.gid}
    return {key: value for key, value in known.items() if value is not None}


def adopt(agent: TaskAgent, arguments: Arguments) -> Reply:
    handle = agent.table.refuse_taken(arguments.text("as"))
    kind = refuse_other_kinds(arguments.text("kind"))
    agent.table.add(handle, _take(arguments.whole("token"), kind))
    return {}
