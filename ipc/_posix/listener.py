"""Local socket listeners."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "ipc._posix is for POSIX systems"

import os
import socket

from ipc._posix import binding
from ipc._posix.socket_end import CLOSED, SocketEnd, plain
from ipc._wait import Readable
from ipc.errors import InUse, InvalidHandle, InvalidInput, IpcError, describe
from ipc.names import file_path, unix_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ipc._wait import Op
    from ipc.names import Name
    from ipc.types import ListenerOptions

_LARGEST_BACKLOG = 2**31 - 1


class Listener:
    """A listening local socket.

    Its descriptor is in non-blocking mode, or a client that another process snatches would leave accept
    waiting beyond its deadline; whoever inherits the descriptor sees that mode (accept(2)).
    """

    __slots__ = ("_bound", "_given_out", "_label", "_name", "_sock", "reclaim")

    def __init__(self, sock: socket.socket, name: Name | None, label: str, bound: binding.BoundFile | None) -> None:
        self._sock = sock
        self._name = name
        self._label = label
        self._bound = bound
        self._given_out = bound is None and name is None
        self.reclaim = bound is not None
        sock.setblocking(False)

    @property
    def name(self) -> Name | None:
        """The name it was made with; None if it was adopted."""
        return self._name

    @property
    def label(self) -> str:
        """What the listener is, for messages."""
        return f"the listener on {self._label}"

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._sock is CLOSED

    def accept(self) -> Op[SocketEnd]:
        """The next client. One that left before it was accepted is passed over where the system says so."""
        try:
            # Another holder may have switched the descriptor to blocking; then only asking first keeps the deadline.
            if self._given_out:
                yield Readable(self.fileno())
            while True:
                try:
                    sock, _ = self._sock.accept()
                    return SocketEnd(plain(sock), f"a client of {self._label}")
                except BlockingIOError:
                    pass
                except ConnectionAbortedError:
                    continue
                yield Readable(self.fileno())
        except OSError as error:
            raise self.explain(error, "accept from") from None

    def fileno(self) -> int:
        """The descriptor, for waiting."""
        number = self._sock.fileno()
        if number < 0:
            raise InvalidHandle(None, "the listener is closed; make a new one")
        return number

    def expose(self) -> int:
        """The descriptor, for others."""
        number = self.fileno()
        self._given_out = True
        return number

    def explain(self, error: OSError, doing: str) -> IpcError:
        """`error` with this listener's name on it."""
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

    def set_blocking(self, blocking: bool) -> None:  # noqa: ARG002 -- see below
        """Nothing to do: the system's flag stays off, and whether accept waits is decided above."""
        self.fileno()

    def close(self) -> None:
        """Remove the name if it is ours to remove, then close; a second close finds nothing.

        In this order no client finds a name that answers to nobody.
        """
        sock, self._sock = self._sock, CLOSED
        bound, self._bound = self._bound, None
        if bound is not None and self.reclaim:
            bound.remove()
        if sock is not CLOSED:
            sock.close()

    def detach(self) -> int:
        """Give the descriptor away; the name stays."""
        self.expose()
        sock, self._sock, self._bound = self._sock, CLOSED, None
        return sock.detach()


def listen(name: Name, options: ListenerOptions) -> Op[Listener]:
    """Bind and listen."""
    backlog = options.backlog
    if not 0 <= backlog <= _LARGEST_BACKLOG:
        raise InvalidInput(None, f"backlog={backlog}: give 0 to {_LARGEST_BACKLOG} waiting clients")
    address = unix_address(name, sys.platform)
    is_path = file_path(name, sys.platform) is not None
    if not (is_path and options.overwrite):
        return _listen(name, address, is_path, options)
    path = os.path.join(os.getcwdb(), address)
    lock = yield from binding.lock_directory(path, repr(name))
    try:
        while True:
            try:
                return _listen(name, address, is_path, options)
            except InUse as error:
                if not _make_room(path, address, name):
                    raise error from None
    finally:
        os.close(lock)


def _make_room(path: bytes, address: bytes, name: Name) -> bool:
    try:
        return binding.remove_stale(path, address)
    except OSError as error:
        raise describe(error, "remove the stale file of", repr(name)) from None


def _listen(name: Name, address: bytes, is_path: bool, options: ListenerOptions) -> Listener:
    label = repr(name)
    try:
        sock = plain(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
    except OSError as error:
        raise describe(error, "make a socket for", label) from None
    bound: binding.BoundFile | None = None
    try:
        bound = binding.bind(sock, address, is_path, options.mode, label)
        sock.listen(options.backlog)
        listener = Listener(sock, name, label, bound)
    except BaseException as error:
        if bound is not None:
            bound.remove()
        sock.close()
        if isinstance(error, OSError):
            raise describe(error, "listen on", label) from None
        raise
    listener.reclaim = options.reclaim
    return listener
