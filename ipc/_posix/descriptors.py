"""Pass descriptors over a local socket (SCM_RIGHTS, unix(7))."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "ipc._posix is for POSIX systems"

import array
import os
import socket

from ipc._posix.constants import CLOSE_ON_EXEC, DONT_WAIT, LARGEST_READ, NO_SIGNAL
from ipc._posix.socket_end import socket_end
from ipc._wait import Readable, Writable
from ipc.errors import InvalidInput
from ipc.types import ReceivedDescriptors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ipc import types
    from ipc._wait import Op
    from ipc.types import HasFileno, ReadableBuffer

_INT = array.array("i").itemsize


def send_descriptors(end: types.End, descriptors: Sequence[int | HasFileno], data: ReadableBuffer) -> Op[int]:
    """One sendmsg()."""
    connection = socket_end(end, "send descriptors over")
    numbers = [item if isinstance(item, int) else item.fileno() for item in descriptors]
    view = memoryview(data).cast("B")
    if not view:
        raise InvalidInput(None, "descriptors travel with at least one byte of data; give data one")
    rights = array.array("i", numbers)
    ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)] if rights else []
    try:
        while True:
            try:
                return connection.socket_for("send descriptors").sendmsg([view], ancillary, NO_SIGNAL | DONT_WAIT)
            except BlockingIOError:
                pass
            yield Writable(connection.fileno())
    except OSError as error:
        raise connection.explain(error, "send descriptors to") from None


def recv_descriptors(end: types.End, max_bytes: int, max_descriptors: int) -> Op[ReceivedDescriptors]:
    """One recvmsg(); nothing that it installs is lost sight of."""
    connection = socket_end(end, "receive descriptors over")
    if max_bytes < 1 or max_descriptors < 0:
        raise InvalidInput(None, f"max_bytes={max_bytes}, max_descriptors={max_descriptors}: give 1 and 0 or more")
    try:
        if connection.unread:
            data = yield from connection.recv(max_bytes)
            return ReceivedDescriptors(data, (), False)
        # CMSG_LEN and not CMSG_SPACE: its padding would let one more descriptor in than was asked for.
        room = socket.CMSG_LEN(max_descriptors * _INT)
        while True:
            sock = connection.socket_for("receive descriptors")
            try:
                data, ancillary, flags, _ = sock.recvmsg(min(max_bytes, LARGEST_READ), room, DONT_WAIT | CLOSE_ON_EXEC)
            except BlockingIOError:
                pass
            else:
                return _sort_out(data, ancillary, bool(flags & socket.MSG_CTRUNC), max_descriptors)
            yield Readable(connection.fileno())
    except OSError as error:
        raise connection.explain(error, "receive descriptors from") from None


def _sort_out(
    data: bytes, ancillary: list[tuple[int, int, bytes]], truncated: bool, max_descriptors: int
) -> ReceivedDescriptors:
    got = array.array("i")
    for level, kind, content in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            got.frombytes(content[: len(content) - len(content) % _INT])
    for extra in got[max_descriptors:]:
        os.close(extra)
    kept = tuple(got[:max_descriptors])
    if not CLOSE_ON_EXEC:
        for descriptor in kept:
            os.set_inheritable(descriptor, False)
    return ReceivedDescriptors(data, kept, truncated or len(got) > max_descriptors)
