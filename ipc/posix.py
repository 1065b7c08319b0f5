"""What only POSIX systems have: FIFO files, half-close, credentials, descriptors that travel."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "ipc.posix: Windows has no FIFO files, no half-close and no descriptors to pass"

from ipc._drive.blocking import run as _run
from ipc._ends import Receiver, Sender, Stream
from ipc._listener import Listener
from ipc._posix import adopting as _adopting
from ipc._posix import descriptors as _descriptors
from ipc._posix import fifo as _fifo
from ipc._posix.credentials import peer_credentials as _peer_credentials
from ipc._posix.half_close import shutdown as _shutdown
from ipc._wait import check_timeout as _check_timeout
from ipc.types import PeerCredentials, ReceivedDescriptors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from ipc._posix.fifo import AnyPath
    from ipc.types import HasFileno, ReadableBuffer

__all__ = [
    "PeerCredentials",
    "ReceivedDescriptors",
    "adopt_listener",
    "adopt_receiver",
    "adopt_sender",
    "adopt_stream",
    "make_fifo",
    "open_fifo_receiver",
    "open_fifo_sender",
    "peer_credentials",
    "recv_descriptors",
    "send_descriptors",
    "shutdown",
]


def make_fifo(path: AnyPath, mode: int = 0o600) -> None:
    """Make a FIFO file with the permission bits `mode`, less the umask.

    Raises AlreadyExists (also for a dangling symbolic link; the file there is not touched), NotFound,
    NotADirectory, PermissionDenied, NameTooLong (by the file system's limits, not sun_path), InvalidName for a
    NUL byte, Unsupported. System call: mkfifo. Source: POSIX mkfifo().
    """
    _fifo.make_fifo(_fifo.raw_path(path), mode)


def open_fifo_receiver(path: AnyPath, timeout: float | None = None) -> Receiver:
    """Open a FIFO file for receiving, and wait until somebody has opened it for sending.

    timeout=0 opens at once, sender or not. Then, too, the first receive waits for a sender: the end of the
    stream is reported only after one has been there and gone. After that end the same receiver gets the bytes
    of the next sender. Raises TimedOut, NotFound, WrongType for anything but a FIFO, PermissionDenied,
    NotADirectory, Loop, Exhausted.

    With a timeout the wait looks for a sender up to 40 times a second, since POSIX has no event for it; no
    thread is left behind. A sender that opens in the last moment of a wait which then times out may find its
    receiver gone. System calls: stat, open, fstat; poll and read. Source: POSIX open(), O_NONBLOCK.
    """
    raw = _fifo.raw_path(path)
    _check_timeout(timeout)
    if timeout is None:
        return Receiver(_fifo.open_receiver_now(raw))
    if timeout == 0:
        return Receiver(_fifo.open_receiver_alone(raw))
    return Receiver(_run(_fifo.open_receiver(raw), timeout))


def open_fifo_sender(path: AnyPath, timeout: float | None = None) -> Sender:
    """Open a FIFO file for sending, and wait until somebody has opened it for receiving.

    timeout=0 raises NoPeer if nobody has. Otherwise as `open_fifo_receiver`.
    System calls: stat, open, fstat. Source: POSIX open(), ENXIO.
    """
    raw = _fifo.raw_path(path)
    _check_timeout(timeout)
    if timeout is None:
        return Sender(_fifo.open_sender_now(raw))
    return Sender(_run(_fifo.open_sender(raw), timeout))


def shutdown(stream: Stream | Receiver | Sender, how: Literal["recv", "send", "both"]) -> None:
    """Close one direction of a stream, or both, in every duplicate and every process that holds it.

    "send": the peer sees the end after all bytes; receiving goes on. "recv": receives end, after what has
    arrived on most systems. Calls blocked in other threads return. Doing it again, or after the peer has gone,
    does nothing. A half of a split stream stands for the stream. Raises WrongType for a pipe, InvalidInput for
    another `how`, InvalidHandle once closed. System call: shutdown. Source: POSIX shutdown().
    """
    _shutdown(stream.native, how)


def peer_credentials(stream: Stream) -> PeerCredentials:
    """Who made the other end: of a client its connect, of a server its listen (its bind on OpenBSD, NetBSD).

    Taken at that moment by the system, so it stays true of a process that has changed its user or ended. A
    child that inherited the stream is not named. What a platform does not tell is None: Linux, OpenBSD and
    NetBSD tell pid, uid and gid, Linux groups too; FreeBSD all but pid before version 13; macOS all, but
    with the pid of the stream's last user. Pid 0 of Linux, for a process outside of our pid namespace, is None.
    System call: getsockopt. Sources: unix(7); unix(4) of the BSDs; getpeereid(3).
    """
    return _peer_credentials(stream.native)


def send_descriptors(
    stream: Stream | Sender,
    descriptors: Sequence[int | HasFileno],
    data: ReadableBuffer,
    timeout: float | None = None,
) -> int:
    """Send `data`, at least one byte, with `descriptors` attached to its first; how many bytes were taken.

    The descriptors may be closed as soon as this returns, and arrive even if the sender is killed. None is
    sent if it fails. Raises as Stream.send, InvalidHandle for a number that is no descriptor, InvalidInput for
    no data or more descriptors than the system takes (253 on Linux), Exhausted for too many in flight.
    System call: sendmsg. Source: unix(7), SCM_RIGHTS.
    """
    return _run(_descriptors.send_descriptors(stream.native, descriptors, data), timeout)


def recv_descriptors(
    stream: Stream | Receiver, max_bytes: int, max_descriptors: int, timeout: float | None = None
) -> ReceivedDescriptors:
    """Receive bytes and the descriptors attached to them, which are new, close-on-exec and yours to close.

    Use it wherever descriptors may come: another receive drops them. Descriptors that were sent together
    come together and in order. `truncated` says that some were lost, because there were more than
    `max_descriptors` or this process can have no more; those are closed. No bytes mean the end of the stream.
    Raises as Stream.recv. System call: recvmsg. Source: unix(7), SCM_RIGHTS.
    """
    return _run(_descriptors.recv_descriptors(stream.native, max_bytes, max_descriptors), timeout)


def adopt_stream(descriptor: int) -> Stream:
    """A Stream over a connected local socket that is open as `descriptor`, inherited or received.

    It belongs to the Stream from then on and becomes close-on-exec. Raises WrongType, NotConnected or
    InvalidHandle for anything else, which stays as it was. System calls: fstat, getsockopt, getpeername, fcntl.
    """
    return Stream(_adopting.adopt_stream(descriptor))


def adopt_listener(descriptor: int) -> Listener:
    """A Listener over a listening local socket. Closing it never removes the name: its maker does that.

    The descriptor becomes close-on-exec, and non-blocking, which other holders of it will notice.
    """
    return Listener(_adopting.adopt_listener(descriptor))


def adopt_receiver(descriptor: int) -> Receiver:
    """A Receiver over a pipe or FIFO that is open for reading as `descriptor`. Otherwise as `adopt_stream`."""
    return Receiver(_adopting.adopt_receiver(descriptor))


def adopt_sender(descriptor: int) -> Sender:
    """A Sender over a pipe or FIFO that is open for writing as `descriptor`. Otherwise as `adopt_stream`."""
    return Sender(_adopting.adopt_sender(descriptor))
