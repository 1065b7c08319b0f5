"""Connect to a local socket, under a deadline that holds even when the server's queue is full."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "ipc._posix is for POSIX systems"

import errno
import os
import socket

from ipc._posix.constants import LINUX
from ipc._posix.socket_end import SocketEnd, plain
from ipc._wait import Pause, Writable
from ipc.errors import WrongType, describe
from ipc.names import unix_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ipc._wait import Op
    from ipc.names import Name

_CONNECT_KINDS = {errno.EPROTOTYPE: WrongType}
# sizeof(long), twice in the struct timeval that Linux takes here.
_WORD = 8 if sys.maxsize > 2**32 else 4
_FIRST_RETRY, _LAST_RETRY = 0.001, 0.02


def _timeval(seconds: int, micros: int) -> bytes:
    return seconds.to_bytes(_WORD, sys.byteorder) + micros.to_bytes(_WORD, sys.byteorder)


_FOR_EVER = _timeval(0, 0)


def connect(name: Name) -> Op[SocketEnd]:
    """A stream to the listener on `name`."""
    address = unix_address(name, sys.platform)
    label = name
    try:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    except OSError as error:
        raise describe(error, "make a socket for", label) from None
    try:
        sock.setblocking(False)
        yield from _connect(sock, address)
        return SocketEnd(plain(sock), label)
    except BaseException as error:
        sock.close()
        if isinstance(error, OSError):
            raise describe(error, "connect to", label, _CONNECT_KINDS) from None
        raise


def _connect(sock: socket.socket, address: bytes) -> Op[None]:
    pause = _FIRST_RETRY
    while True:
        try:
            sock.connect(address)
            return
        except BlockingIOError as error:
            in_progress = error.errno != errno.EAGAIN
        if in_progress:
            yield Writable(sock.fileno())
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code:
                raise OSError(code, os.strerror(code))
            return
        # Linux: the server's queue is full and nothing is in progress. poll() would call the socket
        # writable at once, and it would still not be connected; so wait without it (connect(2), EAGAIN).
        yield Pause(pause, (lambda left: _connect_blocking(sock, address, left)) if LINUX else None)
        pause = min(pause * 2, _LAST_RETRY)
        if _is_connected(sock):
            return


def _connect_blocking(sock: socket.socket, address: bytes, left: float | None) -> None:
    """connect() in the kernel's own queue, for `left` seconds at most; SO_SNDTIMEO bounds it (unix(7))."""
    if left is not None:
        seconds, micros = divmod(max(1, int(min(left, 2**31) * 1_000_000)), 1_000_000)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _timeval(seconds, micros))
    sock.settimeout(None)
    try:
        sock.connect(address)
    except BlockingIOError:
        pass
    finally:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _FOR_EVER)
        sock.setblocking(False)


def _is_connected(sock: socket.socket) -> bool:
    # After a signal CPython takes the poll() that returns at once for the end of connect(), and reports
    # success for a socket that is not connected. The peer's address is what really tells.
    try:
        sock.getpeername()
    except OSError:
        return False
    return True
