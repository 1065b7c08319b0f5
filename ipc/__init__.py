"""Local inter-process communication: local sockets and unnamed pipes; in `ipc.posix` FIFO files, in `ipc.windows`
named pipes.

Bytes written are the bytes that arrive: no framing, nothing added. Every descriptor is close-on-exec unless
inheritance is asked for. Every call that can wait takes `timeout`: seconds as a float, None for as long as
it takes (the default), 0 for never waiting (WouldBlock). One deadline covers the whole call, and signals do
not extend it; when it passes, TimedOut is raised and the endpoint remains usable. A negative timeout or NaN
is InvalidInput. Errors are `ipc.errors.IpcError`, an OSError with a portable `kind`.

These calls block their thread; `ipc.aio` and `ipc.trio` have the same ones for event loops.
"""

from __future__ import annotations

import sys

from ipc import _native
from ipc import errors as errors
from ipc._drive.blocking import run as _run
from ipc._ends import Receiver as Receiver
from ipc._ends import Sender as Sender
from ipc._ends import Stream as Stream
from ipc._listener import Listener as Listener
from ipc.errors import IpcError as IpcError
from ipc.names import NamespacedName as NamespacedName
from ipc.names import PathName as PathName
from ipc.names import to_name as _to_name
from ipc.types import LOCK_PATIENCE as _LOCK_PATIENCE
from ipc.types import ListenerOptions as _ListenerOptions

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ipc.names import AnyName

if sys.platform == "linux" or sys.platform == "android":
    from ipc.names import AbstractName as AbstractName


def listen(
    name: AnyName,
    *,
    backlog: int = 128,
    mode: int | None = None,
    reclaim: bool = True,
    overwrite: bool = False,
) -> Listener:
    """Make a listener on `name`, to which clients can connect as soon as this returns.

    A plain path means PathName. If it fails, nothing has changed, the name included.

    `backlog`: how many clients may wait to be accepted. Linux lets one more in, and caps it at
    net.core.somaxconn; 0 is allowed.

    `mode`: the permission bits of the socket file, exactly, whatever the umask; without it the system's
    0o777 less the umask. The file never has more bits than that, from its first moment on. Only the
    write bits matter: they let a user connect. Unsupported where the system cannot (macOS, NetBSD) and
    for names without a file.

    `reclaim`: closing removes the socket file, if it is still the one that was made here, in the process
    that made it.

    `overwrite`: a socket file that no socket is bound to any more gives way. A living one does not, even
    with a full backlog or before it listens, nor does any other file: InUse.

    On Windows the name is that of a named pipe, for programs of this machine only; at most 128 clients wait, and at
    least one can, the others in their connect. There is no file: `mode` is Unsupported, see ipc.windows for security.

    Raises InUse, NotFound (no such directory), NotADirectory, PermissionDenied, NameTooLong, InvalidInput,
    Unsupported, Exhausted, and Busy if another process keeps the directory locked during an overwrite.
    System calls: CreateNamedPipe, ConnectNamedPipe on Windows; elsewhere socket, bind, listen, lstat; fchmod for
    `mode`; open, flock, unlink, and connect of a datagram socket for `overwrite`.
    Sources: unix(7), POSIX bind() and listen(); Microsoft Learn, CreateNamedPipeW.
    """
    options = _ListenerOptions(backlog, mode, reclaim, overwrite)
    return Listener(_run(_native.listen(_to_name(name), options), _LOCK_PATIENCE))


def connect(name: AnyName, *, timeout: float | None = None) -> Stream:
    """Connect to the listener on `name`. A plain path means PathName.

    It succeeds as soon as the listener has queued the connection, accepted or not. While the queue is
    full, Linux waits, within `timeout`; macOS and the BSDs refuse at once. What fails leaves nothing
    behind at the server.

    Raises NotFound (no such path), Refused (nobody listens; also an abstract name that nobody has, and
    on Linux a file that is no socket), TimedOut, WouldBlock, PermissionDenied (no write permission on
    the file), WrongType, NotADirectory, Loop, NameTooLong, Exhausted.
    System calls: CreateFile, WaitNamedPipe on Windows; elsewhere socket, connect; getpeername after a wait.
    Sources: unix(7), POSIX connect(); Microsoft Learn, WaitNamedPipeW.
    """
    return Stream(_run(_native.connect(_to_name(name)), timeout))


def pipe(*, inheritable: bool = False) -> tuple[Receiver, Sender]:
    """Make an unnamed pipe: its receiver and its sender.

    With `inheritable`, programs started from now on keep both ends. Setting `inheritable` on the one end
    that the child needs is better: the end of the stream comes only after every copy of the sender is
    closed. Both ends are in blocking mode for whoever inherits them.
    Raises Exhausted. System calls: pipe2 (pipe and fcntl where there is none); on Windows CreateNamedPipe and
    CreateFile, so that both ends are overlapped, which other programs that inherit them have to know.
    Source: POSIX pipe().
    """
    receiver, sender = _native.pipe(inheritable)
    return Receiver(receiver), Sender(sender)


def reunite(receiver: Receiver, sender: Sender) -> Stream:
    """The stream that was split into `receiver` and `sender`, which count as closed then.

    Raises InvalidInput, and leaves both as they are, if they are not the halves of one stream.
    """
    return Stream(_native.SocketEnd.reunite(receiver.native, sender.native))
