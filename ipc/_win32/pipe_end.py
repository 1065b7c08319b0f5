"""An end of a pipe, named or not: a connected local socket, a half of one, a receiver or a sender."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "ipc._win32 is for Windows"

import ctypes

from ipc._win32 import bindings as api
from ipc._win32.connection import CLOSED, Connection
from ipc._win32.failure import last_failure
from ipc._win32.transfer import Receives, Sends
from ipc.errors import InvalidHandle, InvalidInput, IpcError, describe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ipc.types import ReadableBuffer


class _NoLimit:
    """Nothing limits a blocking call here: every wait is that of an operation."""

    on = False

    def turn_on(self) -> None:
        """There is nothing to turn on."""


_NO_LIMIT = _NoLimit()


class PipeEnd(Receives, Sends):
    """One holder of a connection; fulfils the Stream, Receiver and Sender protocols."""

    __slots__ = ("_blocking", "_whole")

    def __init__(self, connection: Connection) -> None:
        self._connection: Connection | None = connection
        self._unread = b""
        self.sent = 0
        # Whether what is unread is a whole message, which may be empty.
        self._whole = False
        self._blocking = True

    @property
    def label(self) -> str:
        """What the end is, for messages."""
        return "the closed pipe end" if self._connection is None else f"the pipe to {self._connection.remote}"

    @property
    def closed(self) -> bool:
        """Whether this end was closed."""
        return self._connection is None

    @property
    def limit(self) -> _NoLimit:
        """Nothing."""
        return _NO_LIMIT

    @property
    def send_flags(self) -> int:
        """What `send_now` is to be called with."""
        return 0

    def receive_now(self, _max_bytes: int, /) -> bytes:
        """Leave it to the operation."""
        raise BlockingIOError

    def send_now(self, _data: ReadableBuffer, _flags: int, /) -> int:
        """Leave it to the operation."""
        raise BlockingIOError

    def receive_at_once(self, max_bytes: int) -> bytes:  # noqa: ARG002
        """Leave it to the operation."""
        raise BlockingIOError

    def send_at_once(self, data: ReadableBuffer) -> int:  # noqa: ARG002
        """Leave it to the operation."""
        raise BlockingIOError

    @property
    def connection(self) -> Connection:
        """What is connected. Raises InvalidHandle once closed."""
        if self._connection is None or self._connection.handle == CLOSED:
            raise InvalidHandle(None, "the pipe end is closed; open a new one")
        return self._connection

    def fileno(self) -> int:
        """The handle."""
        return self.connection.handle

    def expose(self) -> int:
        """The handle, for others, who have to know that it is overlapped."""
        return self.fileno()

    def explain(self, error: OSError, doing: str) -> IpcError:
        """`error` with this end's name on it."""
        return describe(error, doing, self.label)

    def get_inheritable(self) -> bool:
        """HANDLE_FLAG_INHERIT."""
        return get_inheritable(self.fileno(), self.label)

    def set_inheritable(self, inheritable: bool) -> None:
        """HANDLE_FLAG_INHERIT."""
        set_inheritable(self.fileno(), inheritable, self.label)

    def get_blocking(self) -> bool:
        """What `set_blocking` was told: the handle has no such mode, since every request on it is overlapped."""
        self.fileno()
        return self._blocking

    def set_blocking(self, blocking: bool) -> None:
        """Only remembered; see `get_blocking`."""
        self.fileno()
        self._blocking = blocking

    def take_unread(self) -> tuple[bytes, bool]:
        """What was given back, and whether it is a whole message."""
        unread, whole = self._unread, self._whole
        self._unread, self._whole = b"", False
        return unread, whole

    def put_back(self, data: bytes, whole: bool) -> None:
        """Give back what an interrupted receive had got of a message."""
        self._unread, self._whole = data, whole

    def close(self) -> None:
        """Let go of the connection; a second close finds nothing."""
        connection, self._connection = self._connection, None
        self._unread = b""
        if connection is not None:
            connection.drop_holder()

    def detach(self) -> int:
        """Give the handle away: a duplicate, as requests in flight keep the one that they were made on."""
        connection = self.connection
        if connection.holders() > 1:
            raise InvalidInput(None, f"{self.label} is split; reunite its halves first")
        if self._unread:
            raise InvalidInput(None, f"{self.label} holds {len(self._unread)} unread bytes; receive them first")
        copy = connection.duplicate()
        self.close()
        return copy.handle

    def duplicate(self) -> PipeEnd:
        """A second, independent handle of the same end."""
        return PipeEnd(self.connection.duplicate())

    def split(self) -> tuple[PipeEnd, PipeEnd]:
        """Two holders in place of this one."""
        connection = self._connection
        if connection is None or connection.holders() > 1:
            raise InvalidInput(None, f"cannot split {self.label}: only an open, whole stream can be split")
        connection.add_holder()
        receiver, sender = PipeEnd(connection), PipeEnd(connection)
        receiver._unread = self._unread
        self._connection, self._unread = None, b""
        return receiver, sender

    @staticmethod
    def reunite(receiver: object, sender: object) -> PipeEnd:
        """The whole stream again."""
        connection = receiver._connection if isinstance(receiver, PipeEnd) else None
        if (
            connection is None
            or not isinstance(receiver, PipeEnd)
            or not isinstance(sender, PipeEnd)
            or connection is not sender._connection
            or receiver is sender
        ):
            raise InvalidInput(None, "these are not the two open halves of one stream; both are as they were")
        whole = PipeEnd(connection)
        whole._unread = receiver._unread
        connection.add_holder()
        receiver.close()
        sender.close()
        return whole

    def take_error(self) -> IpcError | None:
        """Windows keeps no error for later: each is told by the call that meets it."""
        self.fileno()
        return None


def get_inheritable(handle: int, subject: object) -> bool:
    """Whether programs that are started with inheritance keep `handle`."""
    flags = ctypes.c_ulong()
    if not api.GetHandleInformation(handle, ctypes.byref(flags)):
        raise last_failure("query", subject)
    return bool(flags.value & api.HANDLE_FLAG_INHERIT)


def set_inheritable(handle: int, inheritable: bool, subject: object) -> None:
    """Set it."""
    if not api.SetHandleInformation(handle, api.HANDLE_FLAG_INHERIT, api.HANDLE_FLAG_INHERIT if inheritable else 0):
        raise last_failure("change", subject)
