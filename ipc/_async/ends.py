"""The endpoints on an event loop: receiver, sender, and the stream that is both."""

from __future__ import annotations

from typing import Generic, TypeVar

from ipc._endpoint import Endpoint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import ClassVar, Self

    from ipc import types
    from ipc._drive.direction import Direction
    from ipc._wait import Op, T
    from ipc.errors import IpcError
    from ipc.types import ReadableBuffer, WritableBuffer

R = TypeVar("R", bound="Receiver")
S = TypeVar("S", bound="Sender")

_LARGEST_READ = 65_536


class Awaited(Endpoint):
    """An endpoint whose calls are awaited."""

    __slots__ = ()
    # What makes the calls wait; each event loop's subclasses set it.
    driver: ClassVar[type[Direction]]

    def _patience(self, timeout: float | None) -> float | None:
        return 0.0 if timeout is None and not self._blocking else timeout

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.{type(self).__name__}: {self.native.label}>"


class Receives(Awaited):
    """Receiving, for whatever receives."""

    __slots__ = ()
    _source: types.Receiver
    _incoming: Direction

    async def recv(self, max_bytes: int = _LARGEST_READ, timeout: float | None = None) -> bytes:
        """As ipc.Stream.recv. A cancelled call has consumed nothing."""
        tried = False
        if self._blocking and timeout is None and self._incoming.may_begin():
            # The common case, without the operation and what it costs.
            try:
                return self._source.receive_at_once(max_bytes)
            except BlockingIOError:
                tried = True
            except OSError as error:
                raise self._source.explain(error, "receive from") from None
        return await self._incoming.run(self._source.recv(max_bytes, tried), self._patience(timeout))

    async def recv_into(self, buffer: WritableBuffer, timeout: float | None = None) -> int:
        """As ipc.Stream.recv_into. A cancelled call has consumed nothing, and left `buffer` as it was."""
        return await self._incoming.run(self._source.recv_into(buffer), self._patience(timeout))

    async def recv_into_vectored(self, buffers: Sequence[WritableBuffer], timeout: float | None = None) -> int:
        """As ipc.Stream.recv_into_vectored. A cancelled call has consumed nothing."""
        return await self._incoming.run(self._source.recv_into_vectored(buffers), self._patience(timeout))

    async def recv_exact(self, count: int, timeout: float | None = None) -> bytes:
        """As ipc.Stream.recv_exact. After a cancellation, too, the next receive starts with the bytes that came."""
        return await self._incoming.run(self._source.recv_exact(count), self._patience(timeout))

    @property
    def unread(self) -> int:
        """How many bytes an interrupted `recv_exact` gave back, which the next receive starts with."""
        return self._source.unread

    async def receive_by(self, op: Op[T], timeout: float | None) -> T:
        """The result of an operation that receives; for the modules of this package."""
        return await self._incoming.run(op, self._patience(timeout))


class Sends(Awaited):
    """Sending, for whatever sends."""

    __slots__ = ()
    _sink: types.Sender
    _outgoing: Direction

    async def send(self, data: ReadableBuffer, timeout: float | None = None) -> int:
        """As ipc.Stream.send. A cancelled call has sent nothing."""
        self._begin()
        return await self._outgoing.run(self._sink.send(data), self._patience(timeout))

    async def send_vectored(self, buffers: Sequence[ReadableBuffer], timeout: float | None = None) -> int:
        """As ipc.Stream.send_vectored. A cancelled call has sent nothing."""
        self._begin()
        return await self._outgoing.run(self._sink.send_vectored(buffers), self._patience(timeout))

    async def send_all(self, data: ReadableBuffer, timeout: float | None = None) -> None:
        """As ipc.Stream.send_all. After a cancellation `sent` says how many bytes are out, and cannot come back."""
        self._begin()
        already, tried = 0, False
        if self._blocking and timeout is None and type(data) is bytes and data and self._outgoing.may_begin():
            try:
                already = self._sink.sent = self._sink.send_at_once(data)
            except BlockingIOError:
                pass
            except OSError as error:
                described = self._sink.explain(error, "send to")
                described.sent = 0
                raise described from None
            if already == len(data):
                return
            tried = True
        await self._outgoing.run(self._sink.send_all(data, already, tried), self._patience(timeout))

    @property
    def sent(self) -> int:
        """How many bytes of its data the latest send got out, so far or until it failed or was cancelled.

        Those bytes are the system's, and the peer will get them.
        """
        return self._sink.sent

    def _begin(self) -> None:
        # Before a cancellation can come: the operation itself starts counting only after a turn of others.
        self._outgoing.refuse_second()
        self._sink.sent = 0

    async def send_by(self, op: Op[T], timeout: float | None) -> T:
        """The result of an operation that sends; for the modules of this package."""
        return await self._outgoing.run(op, self._patience(timeout))


class Receiver(Receives):
    """The receiving end of a pipe or FIFO, or the receiving half of a split stream."""

    __slots__ = ("_incoming", "_source")

    def __init__(self, end: types.Receiver) -> None:
        self.native = self._source = end
        self._blocking = True
        self._incoming = self.driver()

    def _let_go(self) -> None:
        self._incoming.close()

    def duplicate(self) -> Self:
        """A second descriptor of the same end, close-on-exec; each must be closed. System call: dup."""
        return type(self)(self._source.duplicate())


class Sender(Sends):
    """The sending end of a pipe or FIFO, or the sending half of a split stream."""

    __slots__ = ("_outgoing", "_sink")

    def __init__(self, end: types.Sender) -> None:
        self.native = self._sink = end
        self._blocking = True
        self._outgoing = self.driver()

    def _let_go(self) -> None:
        self._outgoing.close()

    def duplicate(self) -> Self:
        """A second descriptor of the same end, close-on-exec; each must be closed. System call: dup."""
        return type(self)(self._sink.duplicate())


class Stream(Receives, Sends, Generic[R, S]):
    """A connected local socket: bytes in both directions, with no framing of ours."""

    __slots__ = ("_incoming", "_outgoing", "_sink", "_source", "_stream")
    # What `split` makes.
    receiver_class: type[R]
    sender_class: type[S]

    def __init__(self, end: types.Stream) -> None:
        self.native = self._source = self._sink = self._stream = end
        self._blocking = True
        self._incoming = self.driver()
        self._outgoing = self.driver()

    def _let_go(self) -> None:
        self._incoming.close()
        self._outgoing.close()

    def duplicate(self) -> Self:
        """As ipc.Stream.duplicate."""
        return type(self)(self._stream.duplicate())

    def split(self) -> tuple[R, S]:
        """As ipc.Stream.split. Tasks that wait here get InvalidHandle."""
        self._let_go()
        receiver, sender = self._stream.split()
        return self.receiver_class(receiver), self.sender_class(sender)

    def take_error(self) -> IpcError | None:
        """As ipc.Stream.take_error."""
        return self._stream.take_error()
