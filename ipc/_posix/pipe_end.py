"""Ends of unnamed pipes and FIFO files.

A descriptor that others may inherit stays in blocking mode. Calls under a deadline use, where it can be had,
a second descriptor: Linux opens a pipe anew through /proc/self/fd, with a mode of its own.
Elsewhere poll() comes first, and then a call that cannot block as long as nobody else uses the same end:
a read, or a write of at most PIPE_BUF bytes.
"""

from __future__ import annotations

import sys

assert sys.platform != "win32", "ipc._posix is for POSIX systems"

import os
import select

from ipc._posix import quiet_write
from ipc._posix.blocking_limit import NEVER, BlockingLimit
from ipc._posix.constants import LINUX
from ipc._posix.transfer import Operations, Receives, Sends
from ipc._wait import Pause, Readable
from ipc.errors import InvalidHandle, InvalidInput, IpcError, describe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    from ipc._wait import Wait
    from ipc.types import ReadableBuffer, WritableBuffer

    T = TypeVar("T")

_PIPE_BUF = select.PIPE_BUF
_LOOK_AGAIN = 0.02


class _PipeEnd(Operations):
    __slots__ = ("_fd", "_label", "_own")
    _fd: int
    # At most one, and in a dict because setdefault is atomic: threads under deadlines race for it.
    _own: dict[str, int]
    _label: str

    def __init__(self, fd: int, label: str) -> None:
        self._fd = fd
        self._own = {}
        self._label = label
        self._unread = b""
        self.sent = 0

    @property
    def label(self) -> str:
        """What the end is, for messages."""
        return self._label if self._fd >= 0 else f"{self._label}, closed"

    @property
    def closed(self) -> bool:
        """Whether this end was closed."""
        return self._fd < 0

    def fileno(self) -> int:
        """The descriptor, for waiting."""
        if self._fd < 0:
            raise InvalidHandle(None, f"{self.label}: open a new one")
        return self._fd

    def expose(self) -> int:
        """The descriptor, for others: it has nothing that would surprise them."""
        return self.fileno()

    def explain(self, error: OSError, doing: str) -> IpcError:
        """`error` with this end's name on it."""
        return describe(error, doing, self.label)

    def get_inheritable(self) -> bool:
        """Whether a program started by this process keeps the descriptor."""
        return os.get_inheritable(self.fileno())

    def set_inheritable(self, inheritable: bool) -> None:
        """FD_CLOEXEC, reversed."""
        os.set_inheritable(self.fileno(), inheritable)

    def get_blocking(self) -> bool:
        """The system's flag."""
        return os.get_blocking(self.fileno())

    def set_blocking(self, blocking: bool) -> None:
        """O_NONBLOCK, reversed; no operation here depends on it."""
        os.set_blocking(self.fileno(), blocking)

    def close(self) -> None:
        """Forget the numbers first, then close them; a second close finds nothing."""
        fd, self._fd = self._fd, -1
        for number in (self._own.pop("fd", -1), fd):
            if number >= 0:
                os.close(number)

    @property
    def limit(self) -> BlockingLimit:
        """A pipe has none that the kernel would keep: calls under a deadline go through the operation."""
        return NEVER

    def _detach(self) -> int:
        number = self.fileno()
        self._fd = -1
        self.close()
        return number

    def _never_blocking(self, direction: int) -> int:
        """A descriptor of our own in non-blocking mode; -1 where there is none."""
        if not self._own and LINUX:
            try:
                opened = os.open(f"/proc/self/fd/{self.fileno()}", direction | os.O_NONBLOCK | os.O_CLOEXEC)
            except OSError:
                # No /proc, no permission, no descriptor left, or (ENXIO) nobody reads any more.
                return -1
            if self._own.setdefault("fd", opened) != opened:
                os.close(opened)
            if self._fd < 0:
                # Whoever closed this end meanwhile did not see it.
                self.close()
                raise InvalidHandle(None, f"{self.label}: open a new one")
        return self._own.get("fd", -1)

    def _is_ready(self, event: int) -> int:
        poll = select.poll()
        poll.register(self.fileno(), event)
        events = poll.poll(0)
        return events[0][1] if events else 0


class PipeReceiver(_PipeEnd, Receives):
    """The reading end."""

    __slots__ = ("_met_writer",)

    def __init__(self, fd: int, label: str, met_writer: bool = True) -> None:
        super().__init__(fd, label)
        self._met_writer = met_writer

    def receive_now(self, max_bytes: int) -> bytes:
        """read() as it is."""
        if not self._met_writer:
            raise BlockingIOError
        return os.read(self._fd, max_bytes)

    def detach(self) -> int:
        """Give the descriptor away."""
        if self._unread:
            raise InvalidInput(None, f"{self.label} holds {len(self._unread)} unread bytes; receive them first")
        return self._detach()

    def duplicate(self) -> PipeReceiver:
        """A second, independent descriptor of the same end."""
        try:
            return PipeReceiver(os.dup(self.fileno()), self._label, self._met_writer)
        except OSError as error:
            raise self.explain(error, "duplicate") from None

    def meet_writer(self) -> bool:
        """Whether a writer has opened the FIFO. A byte that comes while looking is kept for the next receive."""
        if not self._met_writer:
            try:
                self._unread += self._read(1)
            except BlockingIOError:
                pass
        return self._met_writer

    def _read(self, max_bytes: int) -> bytes:
        return self._attempt(lambda fd: os.read(fd, max_bytes), len)

    def _read_into(self, buffers: Sequence[WritableBuffer]) -> int:
        return self._attempt(lambda fd: os.readv(fd, buffers), int)

    def _attempt(self, call: Callable[[int], T], size: Callable[[T], int]) -> T:
        """`call` on a descriptor that does not block, with an eye on whether there is a writer."""
        own = self._never_blocking(os.O_RDONLY)
        if own < 0 and self._met_writer:
            if not self._is_ready(select.POLLIN):
                raise BlockingIOError
            return call(self.fileno())
        if own < 0:
            return self._attempt_alone(call, size)
        try:
            result = call(own)
        except BlockingIOError:
            self._met_writer = True
            raise
        if not self._met_writer:
            self._check_end(size(result))
        return result

    def _attempt_alone(self, call: Callable[[int], T], size: Callable[[T], int]) -> T:
        # Nobody can have inherited the descriptor yet and rely on its mode: the FIFO is still being opened.
        os.set_blocking(self.fileno(), False)
        try:
            result = call(self.fileno())
        except BlockingIOError:
            self._met_writer = True
            raise
        finally:
            os.set_blocking(self.fileno(), True)
        self._check_end(size(result))
        return result

    def _check_end(self, count: int) -> None:
        """Before the first writer a FIFO reads as if at its end; that is no end yet."""
        if count == 0 and not (LINUX and self._is_ready(select.POLLIN) & select.POLLHUP):
            raise BlockingIOError
        self._met_writer = True

    def _until_readable(self) -> Wait:
        # Only Linux keeps quiet about a FIFO that nobody has written to; others call it readable.
        return Readable(self.fileno()) if self._met_writer or LINUX else Pause(_LOOK_AGAIN)


class PipeSender(_PipeEnd, Sends):
    """The writing end."""

    __slots__ = ()

    def __init__(self, fd: int, label: str) -> None:
        super().__init__(fd, label)
        quiet_write.hush(fd)

    @property
    def send_flags(self) -> int:
        """What `send_now` is to be called with."""
        return 0

    def send_now(self, data: ReadableBuffer, _flags: int, /) -> int:
        """write() as it is, but for the signal."""
        return quiet_write.write(self._fd, data)

    def detach(self) -> int:
        """Give the descriptor away."""
        return self._detach()

    def duplicate(self) -> PipeSender:
        """A second, independent descriptor of the same end."""
        try:
            return PipeSender(os.dup(self.fileno()), self._label)
        except OSError as error:
            raise self.explain(error, "duplicate") from None

    def _write(self, data: memoryview) -> int:
        own = self._never_blocking(os.O_WRONLY)
        if own >= 0:
            return quiet_write.write(own, data)
        if not self._is_ready(select.POLLOUT):
            raise BlockingIOError
        return quiet_write.write(self.fileno(), data[:_PIPE_BUF])

    def _write_vectored(self, buffers: Sequence[ReadableBuffer]) -> int:
        own = self._never_blocking(os.O_WRONLY)
        if own >= 0:
            return quiet_write.writev(own, buffers)
        return self._write(memoryview(b"".join(buffers)))


def pipe(inheritable: bool) -> tuple[PipeReceiver, PipeSender]:
    """A new unnamed pipe."""
    try:
        reading, writing = os.pipe()
    except OSError as error:
        raise describe(error, "make", "a pipe") from None
    ends = PipeReceiver(reading, "a pipe's receiver"), PipeSender(writing, "a pipe's sender")
    if inheritable:
        for end in ends:
            end.set_inheritable(True)
    return ends
