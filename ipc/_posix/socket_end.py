"""A connected local socket, whole or as one half of a split stream.

The descriptor itself stays in blocking mode, so that a process which inherits it meets no surprise:
MSG_DONTWAIT makes single calls non-blocking instead.
"""

from __future__ import annotations

import sys

assert sys.platform != "win32", "ipc._posix is for POSIX systems"

import os
import socket
from _thread import allocate_lock

from ipc._posix.blocking_limit import NEVER, BlockingLimit
from ipc._posix.constants import DONT_WAIT, LINUX, NO_SIGNAL, SO_NOSIGPIPE
from ipc._posix.transfer import Receives, Sends
from ipc.errors import BY_ERRNO, InvalidHandle, InvalidInput, IpcError, Other, WrongType, describe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ipc import types
    from ipc.types import ReadableBuffer, WritableBuffer

# What a closed end has for a socket: every call on it is EBADF.
CLOSED = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
CLOSED.close()


class SharedSocket:
    """The socket under one stream, or under the two halves of one: closed with its last holder."""

    __slots__ = ("_holders", "_limit", "_lock", "_sock", "remote")

    def __init__(self, sock: socket.socket, remote: object, limit: BlockingLimit | None = None) -> None:
        self._sock: socket.socket | None = sock
        self._holders = 1
        self._lock = allocate_lock()
        self.remote = remote
        self._limit = limit
        if limit is not None:
            limit.add(sock)

    @property
    def limit(self) -> BlockingLimit:
        """What makes blocking calls short, once somebody asks for it."""
        if self._limit is None:
            self._limit = BlockingLimit()
            if self._sock is not None:
                self._limit.add(self._sock)
        return self._limit

    def add_holder(self) -> None:
        """One more end holds the socket."""
        with self._lock:
            self._holders += 1

    def drop_holder(self) -> None:
        """One end less; the last one closes the socket."""
        with self._lock:
            self._holders -= 1
            last, sock = self._holders == 0, self._sock
            if last:
                self._sock = None
        if last and sock is not None:
            sock.close()

    def holders(self) -> int:
        """How many ends hold the socket."""
        return self._holders


class SocketEnd(Receives, Sends):
    """One holder of a connected socket; fulfils the Stream, Receiver and Sender protocols."""

    __slots__ = ("_share", "_sock")

    def __init__(self, sock: socket.socket, remote: object, share: SharedSocket | None = None) -> None:
        self._share: SharedSocket | None = share or SharedSocket(sock, remote)
        self._sock = sock
        self._unread = b""
        self.sent = 0

    @property
    def label(self) -> str:
        """What the stream is, for messages."""
        return "the closed stream" if self._share is None else f"the stream with {self._share.remote}"

    @property
    def closed(self) -> bool:
        """Whether this end was closed."""
        return self._share is None

    @property
    def receive_now(self) -> Callable[[int], bytes]:
        """recv() as it is."""
        return self._sock.recv

    @property
    def send_now(self) -> Callable[[ReadableBuffer, int], int]:
        """send() as it is."""
        return self._sock.send

    @property
    def send_flags(self) -> int:
        """What `send_now` is to be called with."""
        return NO_SIGNAL

    @property
    def limit(self) -> BlockingLimit:
        """What makes blocking calls short."""
        return self._share.limit if self._share is not None else NEVER

    def fileno(self) -> int:
        """The descriptor, for waiting."""
        number = self._sock.fileno()
        if number < 0:
            raise InvalidHandle(None, "the stream is closed; open a new one")
        return number

    def expose(self) -> int:
        """The descriptor, for others."""
        number = self.fileno()
        self.limit.turn_off()
        return number

    def explain(self, error: OSError, doing: str) -> IpcError:
        """`error` with this stream's name on it."""
        return describe(error, doing, self.label)

    def get_inheritable(self) -> bool:
        """Whether a program started by this process keeps the descriptor."""
        return os.get_inheritable(self.fileno())

    def set_inheritable(self, inheritable: bool) -> None:
        """FD_CLOEXEC, reversed."""
        os.set_inheritable(self.expose(), inheritable)

    def get_blocking(self) -> bool:
        """The system's flag."""
        return os.get_blocking(self.fileno())

    def set_blocking(self, blocking: bool) -> None:
        """O_NONBLOCK, reversed; no operation here depends on it."""
        os.set_blocking(self.fileno(), blocking)

    def close(self) -> None:
        """Forget the socket first, then close it; a second close finds nothing."""
        share, self._share = self._share, None
        self._sock = CLOSED
        self._unread = b""
        if share is not None:
            share.drop_holder()

    def detach(self) -> int:
        """Give the descriptor away."""
        share = self._share
        if share is None:
            return self.fileno()
        if share.holders() > 1:
            raise InvalidInput(None, f"{self.label} is split; reunite its halves first")
        if self._unread:
            raise InvalidInput(None, f"{self.label} holds {len(self._unread)} unread bytes; receive them first")
        self.expose()
        number = self._sock.detach()
        self.close()
        return number

    def duplicate(self) -> SocketEnd:
        """A second, independent descriptor of the same connection."""
        try:
            share = self._share
            copy = plain(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, fileno=os.dup(self.fileno())))
            remote = share.remote if share is not None else ""
            return SocketEnd(copy, remote, SharedSocket(copy, remote, self.limit))
        except OSError as error:
            raise self.explain(error, "duplicate") from None

    def split(self) -> tuple[SocketEnd, SocketEnd]:
        """Two holders in place of this one."""
        share = self._share
        if share is None or share.holders() > 1:
            raise InvalidInput(None, f"cannot split {self.label}: only an open, whole stream can be split")
        share.add_holder()
        receiver, sender = (SocketEnd(self._sock, share.remote, share) for _ in range(2))
        receiver._unread = self._unread
        self._share, self._sock, self._unread = None, CLOSED, b""
        return receiver, sender

    @staticmethod
    def reunite(receiver: object, sender: object) -> SocketEnd:
        """The whole stream again."""
        share = receiver._share if isinstance(receiver, SocketEnd) else None
        if (
            share is None
            or not isinstance(receiver, SocketEnd)
            or not isinstance(sender, SocketEnd)
            or share is not sender._share
            or receiver is sender
        ):
            raise InvalidInput(None, "these are not the two open halves of one stream; both are as they were")
        whole = SocketEnd(receiver._sock, share.remote, share)
        whole._unread = receiver._unread
        share.add_holder()
        receiver.close()
        sender.close()
        return whole

    def take_error(self) -> IpcError | None:
        """SO_ERROR, which getsockopt() clears."""
        try:
            code = self._sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        except OSError as error:
            raise self.explain(error, "query") from None
        return BY_ERRNO.get(code, Other)(code, f"{self.label}: {os.strerror(code)}") if code else None

    def socket_for(self, doing: str) -> socket.socket:
        """The socket object, for the calls that only POSIX has."""
        if self._share is None:
            raise InvalidHandle(None, f"cannot {doing}: the stream is closed")
        return self._sock

    def _read(self, max_bytes: int) -> bytes:
        return self._sock.recv(max_bytes, DONT_WAIT)

    def _read_into(self, buffers: Sequence[WritableBuffer]) -> int:
        if len(buffers) == 1:
            return self._sock.recv_into(buffers[0], 0, DONT_WAIT)
        return self._sock.recvmsg_into(buffers, 0, DONT_WAIT)[0]

    def _write(self, data: memoryview) -> int:
        return self._sock.send(data, NO_SIGNAL | DONT_WAIT)

    def _write_vectored(self, buffers: Sequence[ReadableBuffer]) -> int:
        return self._sock.sendmsg(buffers, (), NO_SIGNAL | DONT_WAIT)


def socket_end(end: types.End, doing: str) -> SocketEnd:
    """`end`, for what only a local socket can do."""
    if isinstance(end, SocketEnd):
        return end
    raise WrongType(None, f"cannot {doing} {end.label}: only a local socket can do that")


def plain(sock: socket.socket) -> socket.socket:
    """`sock` in blocking mode, deaf to SIGPIPE and to socket.setdefaulttimeout()."""
    # BSD and macOS hand O_NONBLOCK from the listener to what it accepts; Linux does not.
    if not LINUX or sock.gettimeout() is not None:
        sock.settimeout(None)
    if SO_NOSIGPIPE is not None:
        try:
            sock.setsockopt(socket.SOL_SOCKET, SO_NOSIGPIPE, 1)
        except OSError:
            # macOS: EINVAL if the peer has already left. Then there is nobody to send to either.
            pass
    return sock
