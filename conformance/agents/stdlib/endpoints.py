"""What a handle can stand for: a stream, a half of one, a listener, an end of a pipe.

Each that moves data does so in two ways: `try_...` never blocks (BlockingIOError), whatever O_NONBLOCK says, and
`block_...` is the plain system call, which blocks unless O_NONBLOCK is set.
That flag belongs to the open file description, which other processes may share, so no operation sets it to get its own
way: sockets have MSG_DONTWAIT, Linux has RWF_NOWAIT for pipes.
"""

from __future__ import annotations

import sys

assert sys.platform != "win32", "descriptors that poll(2) watches are POSIX"

import _socket
import _thread
import errno
import os
import select

from . import sigpipe
from .failures import Failure
from .patience import Patience, poll
from .wire import cast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .claim import Claim

# Neither exists everywhere: macOS has SO_NOSIGPIPE, Linux has MSG_NOSIGNAL, FreeBSD and NetBSD have both.
NOSIGNAL: int = getattr(_socket, "MSG_NOSIGNAL", 0)
SO_NOSIGPIPE: int | None = getattr(_socket, "SO_NOSIGPIPE", None)
RWF_NOWAIT: int = getattr(os, "RWF_NOWAIT", 0)
PIPE_BUF = select.PIPE_BUF

# One receive gives what is queued, and asking for more only costs memory.
LARGEST_RECEIVE = 1 << 20


def would_block() -> BlockingIOError:
    return BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))


def shut_down(sock: _socket.socket) -> bool:
    """Whether there was something to shut down; macOS has an error for a peer that has left."""
    try:
        sock.shutdown(_socket.SHUT_RDWR)
    except OSError:
        return False
    return True


class Endpoint:
    """A handle's object: `busy` counts the operations that wait on it, `shared` says that others hold it too."""

    kind = ""

    def __init__(self) -> None:
        self.closed = False
        self.busy = 0
        self.shared = False

    def fileno(self) -> int:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def try_recv(self, _limit: int, /) -> bytes:
        raise self._cannot("receive")

    def block_recv(self, _limit: int, /) -> bytes:
        raise self._cannot("receive")

    def try_send(self, _data: memoryview, /) -> int:
        raise self._cannot("send")

    def block_send(self, _data: memoryview, /) -> int:
        raise self._cannot("send")

    def _cannot(self, what: str) -> Failure:
        return Failure("wrong_type", f"a {self.kind} cannot {what}")


class SocketEndpoint(Endpoint):
    def __init__(self, sock: _socket.socket) -> None:
        super().__init__()
        self.sock = sock

    def fileno(self) -> int:
        return self.sock.fileno()

    def close(self) -> None:
        """Forgets the number before anybody else can get it; a second close does nothing (socket.close)."""
        if self.busy and not self.shared and not self.closed:
            # Closing a descriptor does not wake who waits on it (Linux), a shutdown does.
            # On a shared one it would reach into other processes.
            self.closed = True
            shut_down(self.sock)
        self.closed = True
        self.sock.close()


class Stream(SocketEndpoint):
    kind = "stream"

    def __init__(self, sock: _socket.socket) -> None:
        super().__init__(sock)
        self.holders = 1
        if SO_NOSIGPIPE is not None:
            try:
                sock.setsockopt(_socket.SOL_SOCKET, SO_NOSIGPIPE, 1)
            except OSError as problem:
                # macOS once the peer has left: no reason to lose what it sent.
                if problem.errno != errno.EINVAL:
                    raise

    def close(self) -> None:
        self.holders -= 1
        if self.holders <= 0:
            super().close()

    def try_recv(self, limit: int) -> bytes:
        return self.sock.recv(min(limit, LARGEST_RECEIVE), _socket.MSG_DONTWAIT)

    def block_recv(self, limit: int) -> bytes:
        data = self.sock.recv(min(limit, LARGEST_RECEIVE))
        if not data and self.closed:
            raise Failure("cancelled", "the handle was closed while the operation waited")
        return data

    def try_send(self, data: memoryview) -> int:
        return self.sock.send(data, _socket.MSG_DONTWAIT | NOSIGNAL)

    def block_send(self, data: memoryview) -> int:
        return self.sock.send(data, NOSIGNAL)


class Half(Endpoint):
    """One direction of a stream that was split; the socket goes when both halves are closed."""

    def __init__(self, stream: Stream, kind: str) -> None:
        super().__init__()
        self.stream = stream
        self.kind = kind

    def fileno(self) -> int:
        return -1 if self.closed else self.stream.fileno()

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self.stream.close()

    def try_recv(self, limit: int) -> bytes:
        return self._side("receiver").try_recv(limit)

    def block_recv(self, limit: int) -> bytes:
        return self._side("receiver").block_recv(limit)

    def try_send(self, data: memoryview) -> int:
        return self._side("sender").try_send(data)

    def block_send(self, data: memoryview) -> int:
        return self._side("sender").block_send(data)

    def _side(self, kind: str) -> Stream:
        if kind != self.kind or self.closed:
            raise Failure("invalid_handle", f"not the {kind} half" if kind != self.kind else "the half is closed")
        return self.stream


class Bound(SocketEndpoint):
    """Bound to a name and not listening."""

    kind = "bound socket"


class Listener(SocketEndpoint):
    kind = "listener"

    def __init__(self, sock: _socket.socket, claim: Claim | None) -> None:
        super().__init__(sock)
        self.claim = claim
        self._flag = _thread.allocate_lock()

    def close(self) -> None:
        try:
            if self.claim is not None and not self.closed:
                # Before the socket goes: until then the kernel keeps its inode, and no other file can get the number.
                self.claim.release()
        finally:
            super().close()

    def try_accept(self, _: None) -> _socket.socket:
        """accept(2) has no MSG_DONTWAIT, and after poll another acceptor may be quicker: O_NONBLOCK for an instant."""
        if not poll(self.fileno(), select.POLLIN, 0):
            raise would_block()
        with self._flag:
            blocking = os.get_blocking(self.fileno())
            os.set_blocking(self.fileno(), False)
            try:
                return self._accept()
            except ConnectionAbortedError:
                raise would_block() from None  # that client has left already; the next one counts
            finally:
                if not self.closed:
                    os.set_blocking(self.fileno(), blocking)

    def block_accept(self, _: None) -> _socket.socket:
        while True:
            try:
                return self._accept()
            except ConnectionAbortedError:
                continue
            except BlockingIOError:
                with self._flag:
                    if not os.get_blocking(self.fileno()):
                        raise
            except OSError as problem:
                if self.closed:
                    raise Failure("cancelled", "the listener was closed while the operation waited", problem) from None
                raise

    def _accept(self) -> _socket.socket:
        # What socket.accept is built on; the stubs do not know it.
        fd, _ = cast("tuple[int, object]", self.sock._accept())  # type: ignore[attr-defined]
        return take_socket(fd)


class PipeEnd(Endpoint):
    """The receiver or sender of a pipe or FIFO; using it the wrong way round is the kernel's EBADF.

    `ahead` is a byte that was read to learn that somebody writes.
    `met` says that a writer is or was there: before that, a read of nothing is not the end of the stream.
    """

    def __init__(self, fd: int, kind: str) -> None:
        super().__init__()
        self.fd = fd
        self.kind = kind
        self.ahead = b""
        self.met = True

    def fileno(self) -> int:
        return self.fd

    def close(self) -> None:
        fd, self.fd = self.fd, -1
        self.closed = True
        if fd >= 0:
            os.close(fd)

    def try_recv(self, limit: int) -> bytes:
        return self._with_ahead(limit) or self._end_or_nobody(read_now(self.fd, min(limit, LARGEST_RECEIVE)), limit)

    def block_recv(self, limit: int) -> bytes:
        if self.met or not os.get_blocking(self.fd):
            return os.read(self.fd, min(limit, LARGEST_RECEIVE))
        patience = Patience("ready")
        while True:
            patience.until(self.fd, select.POLLIN)
            try:
                return self.try_recv(limit)
            except BlockingIOError:
                patience.pause()

    def _with_ahead(self, limit: int) -> bytes:
        if not self.ahead or not limit:
            return b""
        data, self.ahead = self.ahead, b""
        try:
            return data + (read_now(self.fd, min(limit, LARGEST_RECEIVE) - 1) if limit > 1 else b"")
        except BlockingIOError:
            return data

    def _end_or_nobody(self, data: bytes, limit: int) -> bytes:
        if data:
            self.met = True
        elif limit and not self.met:
            # Linux hangs up only after a writer has come and gone.
            self.met = bool(poll(self.fd, select.POLLIN, 0) & select.POLLHUP)
            if not self.met:
                raise would_block()
        return data

    def try_send(self, data: memoryview) -> int:
        return sigpipe.without(write_now, self.fd, data)

    def block_send(self, data: memoryview) -> int:
        return sigpipe.without(os.write, self.fd, data)


def read_now(fd: int, limit: int) -> bytes:
    if RWF_NOWAIT:
        buffer = bytearray(limit)
        try:
            return bytes(memoryview(buffer)[: os.preadv(fd, [buffer], -1, RWF_NOWAIT)])
        except OSError as problem:
            if problem.errno not in (errno.EOPNOTSUPP, errno.ENOSYS):
                raise
    if limit and not poll(fd, select.POLLIN, 0):
        raise would_block()
    return os.read(fd, limit)


def write_now(fd: int, data: memoryview) -> int:
    if RWF_NOWAIT:
        try:
            return os.pwritev(fd, [data], -1, RWF_NOWAIT)
        except OSError as problem:
            if problem.errno not in (errno.EOPNOTSUPP, errno.ENOSYS):
                raise
    return _write_in_parts(fd, data)


def _write_in_parts(fd: int, data: memoryview) -> int:
    """Without RWF_NOWAIT, as on Linux's FIFO files: writable means that PIPE_BUF bytes fit."""
    sent = 0
    while sent < len(data) and poll(fd, select.POLLOUT, 0):
        try:
            sent += os.write(fd, data[sent : sent + PIPE_BUF])
        except BrokenPipeError:
            if not sent:
                raise
            break
    if data and not sent:
        raise would_block()
    return sent


def take_socket(fd: int) -> _socket.socket:
    """The socket object that owns `fd`; where accept(2) copies O_NONBLOCK from the listener, it is taken off again."""
    sock = _socket.socket(fileno=fd)
    if sys.platform != "linux":
        os.set_blocking(fd, True)
    return sock
