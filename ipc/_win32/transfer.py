"""Receiving and sending as operations over overlapped requests.

A receive that is interrupted gives back what came. A send hands its bytes over in pieces; a piece that was handed
over counts as sent, even if its deadline passes before the peer has made room for it.
"""

from __future__ import annotations

import sys

assert sys.platform == "win32", "ipc._win32 is for Windows"

from ipc._win32 import bindings as api
from ipc._win32.failure import failure
from ipc.errors import ConnectionReset, InvalidHandle, InvalidInput, IpcError, TimedOut, UnexpectedEof, WouldBlock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ipc._wait import Op
    from ipc._win32.connection import Connection
    from ipc.types import ReadableBuffer, WritableBuffer

PIECE = 65_536
# The server disconnected its client, which throws away what was on its way (DisconnectNamedPipe).
RECEIVING = {
    api.ERROR_PIPE_NOT_CONNECTED: ConnectionReset,
    api.ERROR_OPERATION_ABORTED: InvalidHandle,
    # Not open in this direction.
    api.ERROR_ACCESS_DENIED: InvalidHandle,
}
_SENDING = {api.ERROR_OPERATION_ABORTED: InvalidHandle, api.ERROR_ACCESS_DENIED: InvalidHandle}


class Operations:
    """What both directions need to know of their end."""

    __slots__ = ("_connection", "_unread", "sent")
    _connection: Connection | None
    _unread: bytes
    sent: int

    @property
    def label(self) -> str:
        """What the end is, for messages."""
        raise NotImplementedError

    @property
    def connection(self) -> Connection:
        """What is connected. Raises InvalidHandle once closed."""
        raise NotImplementedError

    def explain(self, error: OSError, doing: str) -> IpcError:
        """`error` with the end's name on it."""
        raise NotImplementedError


class Receives(Operations):
    """The receiving operations."""

    __slots__ = ()

    @property
    def unread(self) -> int:
        """How many bytes an interrupted receive gave back; the next receive starts with them."""
        return len(self._unread)

    def recv(self, max_bytes: int, tried: bool = False) -> Op[bytes]:  # noqa: ARG002
        """One receive. 0 asks for nothing, and gets it at once.

        `tried` changes nothing: an overlapped request is the attempt and the wait in one.
        """
        _refuse_negative("max_bytes", max_bytes)
        if max_bytes == 0:
            return b""
        while True:
            if self._unread:
                data, self._unread = self._unread[:max_bytes], self._unread[max_bytes:]
                return data
            try:
                code, data, interruption = yield from self.connection.read(min(max_bytes, PIECE))
            except OSError as error:
                raise self.explain(error, "receive from") from None
            if code not in (0, api.ERROR_MORE_DATA):
                if code == api.ERROR_BROKEN_PIPE:
                    return b""
                raise failure(code, "receive from", self.label, RECEIVING)
            if interruption is not None and not isinstance(interruption, TimedOut | WouldBlock):
                self._unread = data + self._unread
                raise interruption
            # Nothing at all is a write of no bytes by some other program; the end is told by an error.
            if data:
                return data

    def recv_into(self, buffer: WritableBuffer) -> Op[int]:
        """One receive into `buffer`."""
        count = yield from self.recv_into_vectored([buffer])
        return count

    def recv_into_vectored(self, buffers: Sequence[WritableBuffer]) -> Op[int]:
        """One receive, scattered over `buffers` in order."""
        views = [memoryview(buffer).cast("B") for buffer in buffers]
        data = yield from self.recv(sum(len(view) for view in views))
        total = 0
        for view in views:
            part = data[total : total + len(view)]
            view[: len(part)] = part
            total += len(part)
        return total

    def recv_exact(self, count: int) -> Op[bytes]:
        """`count` bytes, by as many receives as it takes.

        The end of the stream before that is UnexpectedEof, which carries what came. Any other end, a deadline or a
        cancellation among them, gives the bytes back: the next receive starts with them.
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
            kept = True
            return b"".join(parts)
        finally:
            if not kept:
                self._unread = b"".join(parts) + self._unread


class Sends(Operations):
    """The sending operations."""

    __slots__ = ()

    def send(self, data: ReadableBuffer) -> Op[int]:
        """One write; how many bytes were handed over. Nothing is handed over at once; among messages it is one."""
        view = memoryview(data).cast("B")
        self.sent = 0
        messages = self.connection.messages
        if not view and not messages:
            return 0
        try:
            yield from self._hand_over(view if messages else view[:PIECE], 0)
            return self.sent
        except OSError as error:
            raise _with_sent(self.explain(error, "send to"), 0) from None

    def send_vectored(self, buffers: Sequence[ReadableBuffer]) -> Op[int]:
        """One send, gathered from `buffers` in order. Windows gathers only into files, so they are copied."""
        count = yield from self.send(b"".join(memoryview(buffer).cast("B") for buffer in buffers))
        return count

    def send_all(self, data: ReadableBuffer, already: int = 0, tried: bool = False) -> Op[None]:  # noqa: ARG002
        """Every byte of `data` after the first `already`; a failure carries how many were handed over, as `sent`.

        `tried` changes nothing, as in `recv`.
        """
        view = memoryview(data).cast("B")
        # Not kept in the object alone: two threads may send at once.
        sent = self.sent = already
        if self.connection.messages:
            yield from self.send(view[already:])
            return
        try:
            while sent < len(view):
                sent += yield from self._hand_over(view[sent : sent + PIECE], sent)
        except OSError as error:
            raise _with_sent(self.explain(error, "send to"), sent) from None

    def _hand_over(self, piece: memoryview, before: int) -> Op[int]:
        request = yield from self.connection.launch(piece)
        if isinstance(request, int):
            raise failure(request, "send to", self.label, _SENDING)
        # It is in flight, and will arrive as soon as there is room, whatever interrupts the wait for that.
        self.sent = before + len(piece)
        try:
            yield from request.until_over()
        except (TimedOut, WouldBlock):
            return len(piece)
        code, _ = request.outcome()
        if code:
            self.sent = before
            raise failure(code, "send to", self.label, _SENDING)
        return len(piece)


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
