"""Data through a stream or pipe."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "poll(2) is POSIX"

import os
import select

from .endpoints import PipeEnd
from .failures import Failure, Partly
from .patience import Patience, insist, poll
from .values import Payload, Received, count, mapping, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator

    from .endpoints import Endpoint
    from .session import Args, Later, Reply, Session

CHUNK = 65536


def pipe(session: Session, args: Args) -> Reply:
    names = session.fresh(text(args, "receiver")), session.fresh(text(args, "sender"))
    if names[0] == names[1]:
        raise Failure("invalid_input", "receiver and sender need different names")
    receiver, sender = os.pipe()
    session.add(names[0], PipeEnd(receiver, "receiver"))
    session.add(names[1], PipeEnd(sender, "sender"))
    return {}


def send(session: Session, args: Args) -> Later:
    endpoint, patience, payload = outgoing(session, args)
    if payload.length > CHUNK:
        yield
    return {"sent": (yield from send_some(endpoint, memoryview(payload.materialise()), patience))}


def send_all(session: Session, args: Args) -> Later:
    endpoint, patience, payload = outgoing(session, args)
    if payload.length > CHUNK:
        yield
    rest = memoryview(payload.materialise())
    try:
        while rest:
            rest = rest[(yield from send_some(endpoint, rest, patience)) :]
    except (OSError, Failure) as problem:
        raise Partly(problem, {"sent": payload.length - len(rest)}) from None
    return {"sent": payload.length}


def recv(session: Session, args: Args) -> Later:
    endpoint, patience = incoming(session, args)
    limit = count(args, "max")
    received = Received()
    data = yield from recv_some(endpoint, limit, patience)
    received.add(data)
    received.end = not data and limit > 0
    return received.report()


def recv_exact(session: Session, args: Args) -> Later:
    endpoint, patience = incoming(session, args)
    length = count(args, "length")
    received = Received()
    try:
        while received.length < length:
            data = yield from recv_some(endpoint, min(length - received.length, CHUNK), patience)
            if not data:
                received.end = True
                raise Failure("end", f"the stream ended after {received.length} of {length} bytes")
            received.add(data)
    except (OSError, Failure) as problem:
        raise Partly(problem, {"received": received.report()}) from None
    return received.report()


def recv_to_end(session: Session, args: Args) -> Later:
    endpoint, patience = incoming(session, args)
    received = Received()
    try:
        while data := (yield from recv_some(endpoint, CHUNK, patience)):
            received.add(data)
    except (OSError, Failure) as problem:
        raise Partly(problem, {"received": received.report()}) from None
    received.end = True
    return received.report()


def ready(session: Session, args: Args) -> Later:
    events = {"recv": select.POLLIN, "send": select.POLLOUT}.get(text(args, "for"))
    if events is None:
        raise Failure("invalid_input", f"for is recv or send, not {args['for']!r}")
    milliseconds = count(args, "wait", 0)
    fd = session.endpoint(args, "on").fileno()
    found = poll(fd, events, 0)
    if not found and milliseconds:
        yield
        found = poll(fd, events, milliseconds / 1000)
    return {"ready": bool(found)}


def outgoing(session: Session, args: Args) -> tuple[Endpoint, Patience, Payload]:
    return session.endpoint(args, "on"), Patience(args.get("wait")), Payload(mapping(args, "data"))


def incoming(session: Session, args: Args) -> tuple[Endpoint, Patience]:
    return session.endpoint(args, "on"), Patience(args.get("wait"))


def send_some(endpoint: Endpoint, data: memoryview, patience: Patience) -> Generator[None, None, int]:
    return insist(patience, endpoint, select.POLLOUT, (endpoint.try_send, endpoint.block_send), data)


def recv_some(endpoint: Endpoint, limit: int, patience: Patience) -> Generator[None, None, bytes]:
    return insist(patience, endpoint, select.POLLIN, (endpoint.try_recv, endpoint.block_recv), limit)
