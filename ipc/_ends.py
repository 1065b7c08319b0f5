"""The blocking endpoints: receiver, sender, and the stream that is both.

Each call tries the bare system call and hands over to the operation for everything else, so that the
common case costs what a raw socket costs.
"""

from __future__ import annotations

from ipc._drive.blocking import run
from ipc._endpoint import Endpoint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ipc import types
    from ipc._wait import Op, T
    from ipc.errors import IpcError
    from ipc.types import ReadableBuffer, WritableBuffer

_LARGEST_READ = 65_536


class _NoLimit:
    """Until a deadline is used, nothing limits a blocking call."""

    on = False

    def turn_on(self) -> None:
        """Nobody does."""


_NO_LIMIT = _NoLimit()

# Shorter deadlines go to poll() at once. Longer ones begin with a blocking call that comes back within a tick of the
# kernel, and count from its end if it brought nothing: a tick, 1 to 10 ms, is what they may be late by. Reading the
# clock before each call would cost 2 of the 85 hundredths of C's throughput.
_SHORT = 0.05


class Blocking(Endpoint):
    """An endpoint whose calls block their thread."""

    __slots__ = ("_limit",)
    # Whether a blocking system call comes back quickly, so that deadlines can begin with one.
    _limit: types.Limit

    def _run(self, op: Op[T], timeout: float | None) -> T:
        return run(op, 0.0 if timeout is None and not self._blocking else timeout)


class _Receives(Blocking):
    """Receiving, for whatever receives."""

    __slots__ = ()
    _source: types.Receiver
    _receive_now: Callable[[int], bytes]

    def recv(self, max_bytes: int = _LARGEST_READ, timeout: float | None = None) -> bytes:
        """Receive 1 to `max_bytes` bytes, at most 65536 a call; b"" is the end of the stream.

        Raises TimedOut after `timeout` seconds, WouldBlock for timeout=0, ConnectionReset if the peer threw
        away bytes of ours (Linux), InvalidHandle once closed. A call that times out has consumed nothing.
        System calls: recv or read; poll when there is nothing yet. Sources: recv(2), POSIX read().
        """
        if timeout is not None and not (self._limit.on and timeout > _SHORT):
            return self._recv(self._source.recv(max_bytes), timeout)
        if 0 < max_bytes <= _LARGEST_READ:
            try:
                return self._receive_now(max_bytes)
            except BlockingIOError:
                pass
            except OSError as error:
                raise self._source.explain(error, "receive from") from None
        return self._recv(self._source.recv(max_bytes), timeout)

    def recv_into(self, buffer: WritableBuffer, timeout: float | None = None) -> int:
        """Receive into `buffer`, as much as it holds at most; how many bytes came, 0 at the end.

        Otherwise as `recv`, without the limit of 65536.
        """
        return self._recv(self._source.recv_into(buffer), timeout)

    def recv_into_vectored(self, buffers: Sequence[WritableBuffer], timeout: float | None = None) -> int:
        """As `recv_into`, filling `buffers` in order with one system call (recvmsg or readv)."""
        return self._recv(self._source.recv_into_vectored(buffers), timeout)

    def recv_exact(self, count: int, timeout: float | None = None) -> bytes:
        """Receive `count` bytes, by as many system calls as it takes, within one deadline for all of them.

        Raises UnexpectedEof if the stream ends before; its `partial` has what came. After TimedOut,
        WouldBlock or an interruption nothing is lost: the next receive starts with the bytes that came.
        """
        return self._recv(self._source.recv_exact(count), timeout)

    @property
    def unread(self) -> int:
        """How many bytes an interrupted `recv_exact` gave back, which the next receive starts with."""
        return self._source.unread

    def _refresh_receiving(self) -> None:
        direct = self._blocking and not self._source.unread
        self._receive_now = self._source.receive_now if direct else _asks_receiver

    def _recv(self, op: Op[T], timeout: float | None) -> T:
        try:
            return self._run(op, timeout)
        finally:
            self._refresh_receiving()
            if timeout:
                self._limit = self._source.limit
                self._limit.turn_on()


class _Sends(Blocking):
    """Sending, for whatever sends."""

    __slots__ = ()
    _sink: types.Sender
    _send_now: Callable[[ReadableBuffer, int], int]
    _send_flags: int

    def send(self, data: ReadableBuffer, timeout: float | None = None) -> int:
        """Send some of `data` with one system call; how many bytes were taken, at least 1 (0 for no data).

        Raises TimedOut, WouldBlock, InvalidHandle once closed, BrokenPipe or ConnectionReset if the peer is
        gone. A stream never raises SIGPIPE; a pipe or FIFO does in a program that undid Python's ignoring it.
        System calls: send or write; poll when the buffer is full. Sources: send(2), POSIX write().
        """
        return self._send(self._sink.send(data), timeout)

    def send_vectored(self, buffers: Sequence[ReadableBuffer], timeout: float | None = None) -> int:
        """As `send`, gathering `buffers` in order with one system call (sendmsg or writev)."""
        return self._send(self._sink.send_vectored(buffers), timeout)

    def send_all(self, data: ReadableBuffer, timeout: float | None = None) -> None:
        """Send every byte of `data`, within one deadline for all system calls.

        Raises as `send`; the error's `sent` says how many bytes were taken before it, and those the peer
        will get. Two threads that send at once may mix their bytes.
        """
        if timeout is not None and not (self._limit.on and timeout > _SHORT):
            return self._send(self._sink.send_all(data), timeout)
        if type(data) is not bytes or not data:
            return self._send(self._sink.send_all(data), timeout)
        try:
            sent = self._sink.sent = self._send_now(data, self._send_flags)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            described = self._sink.explain(error, "send to")
            described.sent = self._sink.sent = 0
            raise described from None
        return None if sent == len(data) else self._send_rest(data, sent, timeout)

    @property
    def sent(self) -> int:
        """How many bytes of its data the latest send got out, so far or until it failed or was interrupted.

        Those bytes are the system's, and the peer will get them.
        """
        return self._sink.sent

    def _send_rest(self, data: bytes, sent: int, timeout: float | None) -> None:
        self._send(self._sink.send_all(data, sent), timeout)

    def _send(self, op: Op[T], timeout: float | None) -> T:
        try:
            return self._run(op, timeout)
        finally:
            if timeout:
                self._limit = self._sink.limit
                self._limit.turn_on()

    def _refresh_sending(self) -> None:
        self._send_now = self._sink.send_now if self._blocking else _asks_sender


def _asks_receiver(_max_bytes: int, /) -> bytes:
    """In place of the system call where that would be wrong: the operation decides."""
    raise BlockingIOError


def _asks_sender(_data: ReadableBuffer, _flags: int, /) -> int:
    """In place of the system call where that would be wrong: the operation decides."""
    raise BlockingIOError


class Receiver(_Receives):
    """The receiving end of a pipe or FIFO, or the receiving half of a split stream."""

    __slots__ = ("_receive_now", "_source")

    def __init__(self, end: types.Receiver) -> None:
        self.native = self._source = end
        self._blocking = True
        self._limit = _NO_LIMIT
        self._refresh()

    def _refresh(self) -> None:
        self._refresh_receiving()

    def duplicate(self) -> Receiver:
        """A second descriptor of the same end, close-on-exec; each must be closed. System call: dup."""
        return Receiver(self._source.duplicate())


class Sender(_Sends):
    """The sending end of a pipe or FIFO, or the sending half of a split stream."""

    __slots__ = ("_send_flags", "_send_now", "_sink")

    def __init__(self, end: types.Sender) -> None:
        self.native = self._sink = end
        self._blocking = True
        self._send_flags = end.send_flags
        self._limit = _NO_LIMIT
        self._refresh()

    def _refresh(self) -> None:
        self._refresh_sending()

    def duplicate(self) -> Sender:
        """A second descriptor of the same end, close-on-exec; each must be closed. System call: dup."""
        return Sender(self._sink.duplicate())


class Stream(_Receives, _Sends):
    """A connected local socket: bytes in both directions, with no framing of ours.

    One thread may receive while another sends. Bytes arrive in order, and cut anew at any place.
    """

    __slots__ = ("_receive_now", "_send_flags", "_send_now", "_sink", "_source", "_stream")

    def __init__(self, end: types.Stream) -> None:
        self.native = self._source = self._sink = self._stream = end
        self._blocking = True
        self._send_flags = end.send_flags
        self._limit = _NO_LIMIT
        self._refresh()

    def _refresh(self) -> None:
        self._refresh_receiving()
        self._refresh_sending()

    def duplicate(self) -> Stream:
        """A second descriptor of the same connection, close-on-exec; the peer sees the end after both are closed.

        Bytes that an interrupted recv_exact gave back stay with the original. System call: dup.
        """
        return Stream(self._stream.duplicate())

    def split(self) -> tuple[Receiver, Sender]:
        """The two directions as objects of their own; this object counts as closed then.

        Closing one half shuts nothing down: the connection ends when both are closed. See `ipc.reunite`.
        """
        receiver, sender = self._stream.split()
        self._refresh()
        return Receiver(receiver), Sender(sender)

    def take_error(self) -> IpcError | None:
        """The error that the system keeps for this stream, taken from it; None if there is none (SO_ERROR)."""
        return self._stream.take_error()
