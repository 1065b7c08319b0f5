"""Sends of some size are gathered for a moment, and lost when the process ends in it."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _thread
import time

from conformance.agents.stdlib.endpoints import NOSIGNAL, Stream
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Reply, Right, Session, instead_of

SIZE = 2000
MOMENT = 0.1
gathered: dict[Stream, bytes] = {}
lock = _thread.allocate_lock()


def flush(stream: Stream) -> None:
    with lock:
        data = gathered.pop(stream, b"")
    if data and stream.fileno() >= 0:
        stream.sock.send(data, NOSIGNAL)


def flush_later(stream: Stream) -> None:
    time.sleep(MOMENT)
    flush(stream)


@instead_of(Stream, "try_send")
def gather(right: Right[int], stream: Stream, data: memoryview) -> int:
    flush(stream)
    if len(data) != SIZE:
        return right(stream, data)
    gathered[stream] = bytes(data)
    _thread.start_new_thread(flush_later, (stream,))
    return len(data)


@instead_of(Stream, "close")
def at_last(right: Right[None], stream: Stream) -> None:
    flush(stream)
    right(stream)


@instead_of(OPERATIONS, "shutdown")
def before(right: Right[Reply], session: Session, args: Args) -> Reply:
    stream = session.endpoint(args, "on")
    if isinstance(stream, Stream):
        flush(stream)
    return right(session, args)


@instead_of(OPERATIONS, "send_descriptors")
def first(right: Right[Later], session: Session, args: Args) -> Later:
    stream = session.endpoint(args, "on")
    if isinstance(stream, Stream):
        flush(stream)
    return (yield from right(session, args))


main()
