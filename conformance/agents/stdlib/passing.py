"""Descriptors sent to another process (SCM_RIGHTS, unix(7))."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "SCM_RIGHTS is POSIX"

import _socket
import array
import os
import select
import stat

from .endpoints import LARGEST_RECEIVE, NOSIGNAL, Half, Stream
from .failures import Failure
from .handles import endpoint_for
from .patience import Patience, insist
from .values import Payload, Received, count, mapping, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .session import Args, Later, Session

CLOEXEC: int = getattr(_socket, "MSG_CMSG_CLOEXEC", 0)


def send_descriptors(session: Session, args: Args) -> Later:
    stream = _stream(session, args)
    data = memoryview(Payload(mapping(args, "data")).materialise())
    handles = [session.named(name) for name in texts(args, "handles")]
    if handles and not data:
        raise Failure("invalid_input", "descriptors travel with at least one byte of data; Linux drops them without")
    numbers = array.array("i", [handle.fileno() for handle in handles])
    if -1 in numbers:
        raise Failure("invalid_handle", "one of the handles has no descriptor")
    rights = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, numbers)] if handles else []

    def attempt(data: memoryview) -> int:
        return stream.sock.sendmsg([data], rights, _socket.MSG_DONTWAIT | NOSIGNAL)

    def block(data: memoryview) -> int:
        return stream.sock.sendmsg([data], rights, NOSIGNAL)

    sent = yield from insist(Patience(args.get("wait")), stream, select.POLLOUT, (attempt, block), data)
    for handle in handles:
        handle.shared = True
    return {"sent": sent}


def recv_descriptors(session: Session, args: Args) -> Later:
    stream = _stream(session, args)
    limit = min(count(args, "max"), LARGEST_RECEIVE)
    names = [session.fresh(name) for name in texts(args, "as")]
    # CMSG_SPACE would leave room, as padding, for one more than was asked for.
    room = _socket.CMSG_LEN(len(names) * array.array("i").itemsize) if names else 0

    def attempt(limit: int) -> tuple[bytes, list[int], int]:
        return _receive(stream.sock, limit, room, _socket.MSG_DONTWAIT)

    def block(limit: int) -> tuple[bytes, list[int], int]:
        return _receive(stream.sock, limit, room, 0)

    data, found, flags = yield from insist(Patience(args.get("wait")), stream, select.POLLIN, (attempt, block), limit)
    for fd in found[len(names) :]:
        os.close(fd)
    for name, fd in zip(names, found, strict=False):
        endpoint = endpoint_for(fd, kind_of(fd))
        endpoint.shared = True
        session.add(name, endpoint)
    received = Received()
    received.add(data)
    received.end = not data and limit > 0
    truncated = bool(flags & _socket.MSG_CTRUNC) or len(found) > len(names)
    return {**received.report(), "count": min(len(found), len(names)), "truncated": truncated}


def _receive(sock: _socket.socket, limit: int, room: int, flags: int) -> tuple[bytes, list[int], int]:
    data, ancillary, flags, _ = sock.recvmsg(limit, room, flags | CLOEXEC)
    found = array.array("i")
    for level, kind, content in ancillary:
        if (level, kind) == (_socket.SOL_SOCKET, _socket.SCM_RIGHTS):
            found.frombytes(content[: len(content) - len(content) % found.itemsize])
    if not CLOEXEC:
        for fd in found:
            os.set_inheritable(fd, False)
    return data, list(found), flags


def kind_of(fd: int) -> str:
    mode = os.fstat(fd).st_mode
    if stat.S_ISFIFO(mode):
        import fcntl

        return "sender" if fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_ACCMODE == os.O_WRONLY else "receiver"
    if stat.S_ISSOCK(mode):
        probe = _socket.socket(fileno=fd)
        try:
            return "listener" if probe.getsockopt(_socket.SOL_SOCKET, _socket.SO_ACCEPTCONN) else "stream"
        finally:
            probe.detach()
    raise Failure("wrong_type", "a descriptor arrived that is neither a socket nor a pipe")


def _stream(session: Session, args: Args) -> Stream:
    endpoint = session.endpoint(args, "on")
    if isinstance(endpoint, Half):
        endpoint = endpoint.stream
    if not isinstance(endpoint, Stream):
        raise Failure("wrong_type", f"a {endpoint.kind} cannot carry descriptors")
    return endpoint
