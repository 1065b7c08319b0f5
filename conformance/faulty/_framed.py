"""A correct agent that sends messages: four bytes of length, then the message, over the stdlib agent's streams."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

from _thread import LockType, allocate_lock

from conformance.agents.stdlib import handles, listening, process, serve, transfer
from conformance.agents.stdlib.failures import Failure, Partly
from conformance.agents.stdlib.values import Payload, Received, count, mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conformance.agents.stdlib.endpoints import Endpoint
    from conformance.agents.stdlib.session import Args, Later, Operation, Session

HEADER = 4
CAPABILITIES = "local_socket local_socket.path listener.reclaim unnamed_pipe process framing"
rests: dict[Endpoint, bytes] = {}
turns: dict[tuple[Endpoint, str], LockType] = {}


def whole(endpoint: Endpoint, length: int, *, first: bool = False) -> bytes:
    """Exactly so many bytes; nothing where the stream ends before the first of a message."""
    data = b""
    while len(data) < length:
        piece = endpoint.block_recv(length - len(data))
        if not piece:
            if first and not data:
                return b""
            raise Failure("end", "the stream ended in the middle of a message")
        data += piece
    return data


def message(endpoint: Endpoint) -> bytes | None:
    """The next message, or None at the end."""
    header = whole(endpoint, HEADER, first=True)
    return whole(endpoint, int.from_bytes(header)) if header else None


def frame(data: bytes) -> bytes:
    return len(data).to_bytes(HEADER) + data


def take(endpoint: Endpoint, limit: int) -> tuple[bytes, bool]:
    """Bytes of one message, and whether the stream has ended."""
    with _turn(endpoint, "recv"):
        rest = rests.pop(endpoint, b"")
        if not rest and limit:
            got = message(endpoint)
            if got is None:
                return b"", True
            rest = got
        if rest[limit:]:
            rests[endpoint] = rest[limit:]
        return rest[:limit], False


def _turn(endpoint: Endpoint, way: str) -> LockType:
    """Two at once would take each other's parts of a message."""
    return turns.setdefault((endpoint, way), allocate_lock())


def send(session: Session, args: Args) -> Later:
    endpoint, payload = session.endpoint(args, "on"), Payload(mapping(args, "data"))
    yield
    data = memoryview(frame(payload.materialise()))
    with _turn(endpoint, "send"):
        while data:
            data = data[endpoint.block_send(data) :]
    return {"sent": payload.length}


def recv(session: Session, args: Args) -> Later:
    endpoint, limit = session.endpoint(args, "on"), count(args, "max")
    yield
    received = Received()
    data, received.end = take(endpoint, limit)
    received.add(data)
    return received.report()


def recv_exact(session: Session, args: Args) -> Later:
    return _recv_until(session.endpoint(args, "on"), count(args, "length"))


def recv_to_end(session: Session, args: Args) -> Later:
    return _recv_until(session.endpoint(args, "on"), None)


def _recv_until(endpoint: Endpoint, length: int | None) -> Later:
    yield
    received = Received()
    try:
        while length is None or received.length < length:
            data, received.end = take(endpoint, sys.maxsize if length is None else length - received.length)
            received.add(data)
            if received.end and length is not None:
                raise Failure("end", f"the stream ended after {received.length} of {length} bytes")
            if received.end:
                break
    except (OSError, Failure) as problem:
        raise Partly(problem, {"received": received.report()}) from None
    return received.report()


OPERATIONS: dict[str, Operation] = {
    "bye": serve.bye,
    "die": process.die,
    "listen": listening.listen,
    "accept": listening.accept,
    "connect": listening.connect,
    "pipe": transfer.pipe,
    "send": send,
    "send_all": send,
    "recv": recv,
    "recv_exact": recv_exact,
    "recv_to_end": recv_to_end,
    "close": handles.close,
    "identity": process.identity,
    "resources": process.resources,
    "chdir": process.chdir,
    "set_umask": process.set_umask,
    "drop_privileges": process.drop_privileges,
    "exhaust_descriptors": process.exhaust_descriptors,
    "release_descriptors": process.release_descriptors,
}


def main() -> None:
    identity: dict[str, object] = {"name": "framed", "version": serve.VERSION, "language": "Python"}
    serve.main(serve.Claimed(identity, dict.fromkeys(CAPABILITIES.split(), True), OPERATIONS))
