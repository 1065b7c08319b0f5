"""What can go wrong, as portable kinds over the native codes.

Every failure of this package is an `IpcError`: an `OSError` whose `errno` is the system's own number
(None where no system call was made; on Windows that number is `winerror`, and `errno` what Python makes of it)
and whose `kind` is the same word on every platform.
Each class is also the built-in exception that a Python programmer would try first.
"""

from __future__ import annotations

import errno as _errno
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class IpcError(OSError):
    """The base of every failure; `kind` is "other" where no portable word fits.

    `sent` is set by the sending operations: how many bytes the system had accepted
    before the failure. It is None for every other operation.
    """

    kind = "other"
    sent: int | None = None

    def __init__(self, errno: int | None = None, message: str = "") -> None:
        super().__init__(errno, message)

    def __str__(self) -> str:
        code = _errno.errorcode.get(self.errno) if self.errno is not None else None
        native = getattr(self, "winerror", None)
        if native is not None:
            code = f"WinError {native}"
        return f"{self.strerror} [{code}]" if code else str(self.strerror)


class Other(IpcError):
    """A native failure that has no portable kind; `errno` tells it."""


class NotFound(IpcError, FileNotFoundError):
    """No file or endpoint has that name."""

    kind = "not_found"


class Refused(IpcError, ConnectionRefusedError):
    """The name exists and nobody listens on it."""

    kind = "refused"


class InUse(IpcError):
    """The name belongs to a listener, or to a file that is not ours to remove."""

    kind = "in_use"


class AlreadyExists(IpcError, FileExistsError):
    """A file of that name exists."""

    kind = "already_exists"


class PermissionDenied(IpcError, PermissionError):
    """The system refused access."""

    kind = "permission_denied"


class TimedOut(IpcError, TimeoutError):
    """The caller's deadline passed; the endpoint remains usable."""

    kind = "timed_out"


class WouldBlock(IpcError, BlockingIOError):
    """The call was told not to wait (`timeout=0`) and could not proceed."""

    kind = "would_block"


class BrokenPipe(IpcError, BrokenPipeError):
    """The peer is gone, or sending was shut down."""

    kind = "broken_pipe"


class ConnectionReset(IpcError, ConnectionResetError):
    """The peer closed and threw away bytes that it had not read."""

    kind = "reset"


class Aborted(IpcError, ConnectionAbortedError):
    """A waiting connection vanished before it was accepted."""

    kind = "aborted"


class NotConnected(IpcError):
    """The endpoint has no peer."""

    kind = "not_connected"


class AlreadyConnected(IpcError):
    """The endpoint has a peer already."""

    kind = "already_connected"


class NoPeer(IpcError):
    """Nobody has the other end of the FIFO file open."""

    kind = "no_peer"


class NameTooLong(IpcError):
    """The name does not fit into the platform's address."""

    kind = "name_too_long"


class InvalidName(IpcError, ValueError):
    """The name is malformed on every try: empty, a NUL byte inside, not a pipe path."""

    kind = "invalid_name"


class NotADirectory(IpcError, NotADirectoryError):
    """Something on the way to the name is no directory."""

    kind = "not_a_directory"


class IsDirectory(IpcError, IsADirectoryError):
    """The name is a directory."""

    kind = "is_directory"


class Loop(IpcError):
    """Symbolic links lead round in a circle."""

    kind = "loop"


class ReadOnly(IpcError):
    """The file system is mounted read-only."""

    kind = "read_only"


class InvalidInput(IpcError, ValueError):
    """An argument, or the state of the object, rules the call out."""

    kind = "invalid_input"


class InvalidHandle(IpcError):
    """The object was closed, or is not open in this direction."""

    kind = "invalid_handle"


class WrongType(IpcError):
    """The system object is of another kind than the call needs."""

    kind = "wrong_type"


class Unsupported(IpcError):
    """This platform, or this file system, cannot do it."""

    kind = "unsupported"


class MoreData(IpcError):
    """A message is longer than the buffer; the rest can still be read."""

    kind = "more_data"


class MessageTooLong(IpcError):
    """A message exceeds a hard limit; nothing was sent."""

    kind = "message_too_long"


class Busy(IpcError):
    """The object is taken for the moment."""

    kind = "busy"


class Interrupted(IpcError, InterruptedError):
    """A signal arrived before any progress."""

    kind = "interrupted"


class Cancelled(IpcError):
    """The caller cancelled the operation."""

    kind = "cancelled"


class Exhausted(IpcError):
    """Descriptors, memory, disk space or a quota ran out."""

    kind = "exhausted"


class UnexpectedEof(IpcError, EOFError):
    """The stream ended before `recv_exact` had its bytes; `partial` holds those that came."""

    kind = "end"
    partial: bytes = b""


_KINDS: dict[type[IpcError], str] = {
    NotFound: "ENOENT ESRCH",
    Refused: "ECONNREFUSED",
    InUse: "EADDRINUSE",
    AlreadyExists: "EEXIST",
    PermissionDenied: "EACCES EPERM",
    TimedOut: "ETIMEDOUT",
    WouldBlock: "EAGAIN EWOULDBLOCK EINPROGRESS EALREADY",
    BrokenPipe: "EPIPE",
    ConnectionReset: "ECONNRESET",
    Aborted: "ECONNABORTED",
    NotConnected: "ENOTCONN EDESTADDRREQ",
    AlreadyConnected: "EISCONN",
    NoPeer: "ENXIO",
    NameTooLong: "ENAMETOOLONG",
    InvalidName: "EILSEQ",
    NotADirectory: "ENOTDIR",
    IsDirectory: "EISDIR",
    Loop: "ELOOP",
    ReadOnly: "EROFS",
    InvalidInput: "EINVAL EDOM",
    InvalidHandle: "EBADF",
    WrongType: "ENOTSOCK EPROTOTYPE ESPIPE ENOTTY",
    Unsupported: "EOPNOTSUPP ENOTSUP EPROTONOSUPPORT ESOCKTNOSUPPORT EAFNOSUPPORT ENOPROTOOPT ENOSYS",
    MessageTooLong: "EMSGSIZE",
    Busy: "EBUSY ETXTBSY",
    Interrupted: "EINTR",
    Cancelled: "ECANCELED",
    Exhausted: "EMFILE ENFILE ENOBUFS ENOMEM ENOSPC EDQUOT ETOOMANYREFS",
}

# Not every platform has every code, so the table is by name.
BY_ERRNO: dict[int, type[IpcError]] = {
    number: kind
    for kind, names in _KINDS.items()
    for number in (getattr(_errno, name, None) for name in names.split())
    if number is not None
}

# winerror.h; Microsoft Learn, "System Error Codes". By number, since only Windows knows the names.
BY_WINERROR: dict[int, type[IpcError]] = {
    2: NotFound,  # ERROR_FILE_NOT_FOUND
    3: NotFound,  # ERROR_PATH_NOT_FOUND
    4: Exhausted,  # ERROR_TOO_MANY_OPEN_FILES
    5: PermissionDenied,  # ERROR_ACCESS_DENIED
    6: InvalidHandle,  # ERROR_INVALID_HANDLE
    8: Exhausted,  # ERROR_NOT_ENOUGH_MEMORY
    14: Exhausted,  # ERROR_OUTOFMEMORY
    50: Unsupported,  # ERROR_NOT_SUPPORTED
    53: NotFound,  # ERROR_BAD_NETPATH
    87: InvalidInput,  # ERROR_INVALID_PARAMETER
    109: BrokenPipe,  # ERROR_BROKEN_PIPE
    120: Unsupported,  # ERROR_CALL_NOT_IMPLEMENTED
    121: TimedOut,  # ERROR_SEM_TIMEOUT
    123: InvalidName,  # ERROR_INVALID_NAME
    161: InvalidName,  # ERROR_BAD_PATHNAME
    170: Busy,  # ERROR_BUSY
    206: NameTooLong,  # ERROR_FILENAME_EXCED_RANGE
    230: WrongType,  # ERROR_BAD_PIPE
    231: Busy,  # ERROR_PIPE_BUSY
    232: BrokenPipe,  # ERROR_NO_DATA
    233: BrokenPipe,  # ERROR_PIPE_NOT_CONNECTED
    234: MoreData,  # ERROR_MORE_DATA
    535: AlreadyConnected,  # ERROR_PIPE_CONNECTED
    995: Cancelled,  # ERROR_OPERATION_ABORTED
    1450: Exhausted,  # ERROR_NO_SYSTEM_RESOURCES
    1453: Exhausted,  # ERROR_WORKING_SET_QUOTA
    1816: Exhausted,  # ERROR_NOT_ENOUGH_QUOTA
}

_REMEDIES: dict[type[IpcError], str] = {
    NotFound: "nothing has that name; start the server first, or check the path",
    Refused: "nobody listens there; start the server, or remove what an ended server left behind",
    InUse: "the name is taken; stop the other listener, or choose another name",
    AlreadyExists: "a file of that name exists; choose another name, or remove the file",
    PermissionDenied: "the system refused access; check the owner and mode of the file and its directories",
    BrokenPipe: "the other end is closed; nothing sent now can arrive",
    ConnectionReset: "the peer closed without reading everything that was sent to it",
    NotConnected: "it has no peer",
    NoPeer: "nobody has the other end open",
    NameTooLong: "the name is too long for this platform; use a shorter directory or name",
    NotADirectory: "part of the path is no directory",
    Loop: "the symbolic links of the path lead in a circle",
    InvalidHandle: "it is closed, or not open in this direction",
    WrongType: "it is another kind of object than this call needs",
    Unsupported: "this platform cannot do it",
    Exhausted: "a limit of the system is reached; close what is no longer needed, or raise the limit",
}


def describe(
    error: OSError,
    doing: str,
    subject: object,
    special: Mapping[int, type[IpcError]] | None = None,
) -> IpcError:
    """The portable form of a native `error`, met while `doing` something to `subject`.

    `special` overrides the kind of single codes where the operation changes their meaning
    (EEXIST is in_use for a bind and already_exists for a mkfifo). On Windows the codes are those of winerror.h.
    """
    if isinstance(error, IpcError):
        if isinstance(error, TimedOut | WouldBlock) and not str(error).startswith("cannot "):
            error.strerror = f"cannot {doing} {subject}: {error.strerror}"
            error.args = (error.errno, error.strerror)
        return error
    native: int | None = getattr(error, "winerror", None)
    code, kinds = (error.errno, BY_ERRNO) if native is None else (native, BY_WINERROR)
    kind: type[IpcError] = Other
    if code is not None:
        kind = (special or {}).get(code) or kinds.get(code, Other)
    why = _REMEDIES.get(kind, (error.strerror or str(error)).lower())
    described = kind(error.errno, f"cannot {doing} {subject}: {why}")
    if sys.platform == "win32" and native is not None:
        described.winerror = native
    return described
