"""Receiving and sending as operations: once for sockets, pipes and FIFO files.

Rule: an operation tries the system call first, and holds nothing across a wait that it does not give back.
"""

from __future__ import annotations

import sys

assert sys.platform != "win32", "ipc._posix is for POSIX systems"


from ipc._posix.constants import LARGEST_READ
from ipc._wait import Readable, Turn, Writable
from ipc.errors import InvalidInput, IpcError, UnexpectedEof

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ipc._wait import Op, Wait
    from ipc.types import ReadableBuffer, WritableBuffer

# Receives of one recv_exact between two turns of others.
_TURN = 16


class Operations:
    """What both directions need to know of their endpoint."""

    __slots__ = ("_unread", "sent")
    _unread: bytes
    sent: int

    def fileno(self) -> int:
        """The descriptor, for waiting. Raises InvalidHandle once closed."""
        raise NotImplementedError

    def explain(self, error: OSError, doing: str) -> IpcError:
        """`error` with the endpoint's name on it."""
        raise NotImplementedError


class Receives(Operations):
    """The receiving operations, over a system call that never waits."""

    __slots__ = ()

    def _read(self, max_bytes: int) -> bytes:
        raise NotImplementedError

    def _read_into(self, buffers: Sequence[WritableBuffer]) -> int:
        raise NotImplementedError

    def _until_readable(self) -> Wait:
        return Readable(self.fileno())

    @property
    def unread(self) -> int:
        """How many bytes an interrupted recv_exact gave back; the next receive starts with them."""
        return len(self._unread)

    def receive_at_once(self, max_bytes: int) -> bytes:
        """What is there. BlockingIOError if nothing is, or if only the operation knows."""
        if self._unread or max_bytes <= 0:
            raise BlockingIOError
        return self._read(min(max_bytes, LARGEST_READ))

    def recv(self, max_bytes: int, tried: bool = False) -> Op[bytes]:
        """One receive. 0 asks for nothing, and gets it at once. `tried`: nothing was there just now."""
        _refuse_negative("max_bytes", max_bytes)
        if max_bytes == 0:
            return b""
        try:
            while True:
                if self._unread:
                    data, self._unread = self._unread[:max_bytes], self._unread[max_bytes:]
                    return data
                if not tried:
                    try:
                        return self._read(min(max_bytes, LARGEST_READ))
                    except BlockingIOError:
                        pass
                tried = False
                yield self._until_readable()
        except OSError as error:
            raise self.explain(error, "receive from") from None

    def recv_into(self, buffer: WritableBuffer) -> Op[int]:
        """One receive into `buffer`."""
        count = yield from self.recv_into_vectored([buffer])
        return count

    def recv_into_vectored(self, buffers: Sequence[WritableBuffer]) -> Op[int]:
        """One receive, scattered over `buffers` in order."""
        views = [memoryview(buffer).cast("B") for buffer in buffers]
        if not any(len(view) for view in views):
            return 0
        try:
            while True:
                if self._unread:
                    return self._hand_back(views)
                try:
                    return self._read_into(views)
                except BlockingIOError:
                    pass
                yield self._until_readable()
        except OSError as error:
            raise self.explain(error, "receive from") from None

    def recv_exact(self, count: int) -> Op[bytes]:
        """`count` bytes, by as many receives as it takes.

        The end of the stream before that is UnexpectedEof, which carries what came. Any other end, a
        deadline or a cancellation among them, gives the bytes back: the next receive starts with them.
        """
        _refuse_negative("count", count)
        parts: list[bytes] = []
        missing = count
        kept = False
        try:
            while missing:
                part = yield from self.recv(missing)
                if not part:
                    kept = True
                    raise _cut_short(count, b"".join(parts))
                parts.append(part)
                missing -= len(part)
                # A sender on another processor may be quick enough for this never to wait.
                if len(parts) % _TURN == 0:
                    yield Turn()
            kept = True
            return parts[0] if len(parts) == 1 else b"".join(parts)
        finally:
            if not kept:
                self._unread = b"".join(parts) + self._unread

    def _hand_back(self, views: list[memoryview]) -> int:
        total = 0
        for view in views:
            part, self._unread = self._unread[: len(view)], self._unread[len(view) :]
            view[: len(part)] = part
            total += len(part)
        return total


class Sends(Operations):
    """The sending operations, over a system call that never waits."""

    __slots__ = ()

    def _write(self, data: memoryview) -> int:
        raise NotImplementedError

    def _write_vectored(self, buffers: Sequence[ReadableBuffer]) -> int:
        raise NotImplementedError

    def send(self, data: ReadableBuffer) -> Op[int]:
        """One send; how many bytes were taken, at least 1. Sending nothing takes 0 bytes, at once."""
        view = memoryview(data).cast("B")
        return self._send_once(len(view), lambda: self._write(view))

    def send_vectored(self, buffers: Sequence[ReadableBuffer]) -> Op[int]:
        """One send, gathered from `buffers` in order."""
        views = [memoryview(buffer).cast("B") for buffer in buffers]
        return self._send_once(sum(map(len, views)), lambda: self._write_vectored(views))

    def _send_once(self, length: int, write: Callable[[], int]) -> Op[int]:
        self.sent = 0
        if not length:
            self.fileno()
            return 0
        try:
            while True:
                try:
                    sent = self.sent = write()
                    return sent
                except BlockingIOError:
                    pass
                yield Writable(self.fileno())
        except OSError as error:
            raise _with_sent(self.explain(error, "send to"), 0) from None

    def send_at_once(self, data: ReadableBuffer) -> int:
        """How much of `data` is taken. BlockingIOError if nothing is."""
        return self._write(memoryview(data))

    def send_all(self, data: ReadableBuffer, already: int = 0, tried: bool = False) -> Op[None]:
        """Every byte of `data` after the first `already`; a failure carries how many went out before it, as `sent`.

        `tried`: no more was taken just now.
        """
        view = memoryview(data).cast("B")
        # Not kept in the object alone: two threads may send at once.
        sent = self.sent = already
        try:
            while sent < len(view):
                if not tried:
                    try:
                        sent += self._write(view[sent:])
                    except BlockingIOError:
                        pass
                    else:
                        self.sent = sent
                        # A short count says that the buffer is full: asking again at once would only hear so.
                        if sent == len(view):
                            return
                tried = False
                yield Writable(self.fileno())
            self.fileno()
        except OSError as error:
            raise _with_sent(self.explain(error, "send to"), sent) from None


def _refuse_negative(what: str, count: int) -> None:
    if count < 0:
        raise InvalidInput(None, f"{what}={count}: give 0 or more bytes")


def _with_sent(error: IpcError, sent: int) -> IpcError:
    error.sent = sent
    return error


def _cut_short(count: int, partial: bytes) -> UnexpectedEof:
    error = UnexpectedEof(None, f"the stream ended after {len(partial)} of {count} bytes")
    error.partial = partial
    return error
