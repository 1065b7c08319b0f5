"""Take over descriptors that came from elsewhere: inherited, received, or made by other code.

A descriptor of the wrong kind is refused and left alone. One that is taken becomes close-on-exec.
"""

from __future__ import annotations

import sys

assert sys.platform != "win32", "ipc._posix is for POSIX systems"

import errno
import fcntl
import os
import socket
import stat

from ipc._posix.listener import Listener
from ipc._posix.pipe_end import PipeReceiver, PipeSender
from ipc._posix.socket_end import SocketEnd, plain
from ipc.errors import InvalidHandle, NotConnected, WrongType, describe


def adopt_stream(fd: int) -> SocketEnd:
    """A connected local socket."""
    sock = _take_socket(fd, listening=False)
    try:
        sock.getpeername()
    except OSError as error:
        sock.detach()
        # macOS and the BSDs forget the peer's address when the peer is gone, and answer EINVAL or ENOTCONN;
        # Linux answers ENOTCONN for a socket that never had a peer, and only for that.
        if error.errno == errno.ENOTCONN:
            raise NotConnected(error.errno, f"descriptor {fd} is a socket without a peer; connect it first") from None
        raise describe(error, "adopt", f"descriptor {fd}") from None
    os.set_inheritable(fd, False)
    end = SocketEnd(plain(sock), f"the peer of descriptor {fd}")
    end.expose()
    return end


def adopt_listener(fd: int) -> Listener:
    """A listening local socket; closing it leaves the name to whoever made it."""
    sock = _take_socket(fd, listening=True)
    os.set_inheritable(fd, False)
    return Listener(sock, None, f"descriptor {fd}", None)


def adopt_receiver(fd: int) -> PipeReceiver:
    """A pipe or FIFO open for reading."""
    _check_pipe(fd, os.O_RDONLY)
    os.set_inheritable(fd, False)
    return PipeReceiver(fd, f"the pipe at descriptor {fd}")


def adopt_sender(fd: int) -> PipeSender:
    """A pipe or FIFO open for writing."""
    _check_pipe(fd, os.O_WRONLY)
    os.set_inheritable(fd, False)
    return PipeSender(fd, f"the pipe at descriptor {fd}")


def _status(fd: int) -> os.stat_result:
    try:
        return os.fstat(fd)
    except OSError as error:
        raise describe(error, "adopt", f"descriptor {fd}") from None


def _take_socket(fd: int, listening: bool) -> socket.socket:
    if not stat.S_ISSOCK(_status(fd).st_mode):
        raise WrongType(None, f"descriptor {fd} is no socket")
    try:
        sock = socket.socket(fileno=fd)
    except OSError as error:
        raise describe(error, "adopt", f"descriptor {fd}") from None
    try:
        is_stream = sock.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE) == socket.SOCK_STREAM
        is_listening = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) != 0
        if sock.family != socket.AF_UNIX or not is_stream or is_listening != listening:
            wanted = "listening" if listening else "connected"
            raise WrongType(None, f"descriptor {fd} is no {wanted} local stream socket")
    except BaseException:
        sock.detach()
        raise
    return sock


def _check_pipe(fd: int, direction: int) -> None:
    if not stat.S_ISFIFO(_status(fd).st_mode):
        raise WrongType(None, f"descriptor {fd} is neither a pipe nor a FIFO")
    mode = fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_ACCMODE
    if mode not in (direction, os.O_RDWR):
        purpose = "reading" if direction == os.O_RDONLY else "writing"
        raise InvalidHandle(None, f"descriptor {fd} is not open for {purpose}")
