"""Listeners: a row of instances of one named pipe, each waiting for a client or holding one.

A client connects to the oldest instance that waits, so the row is the line in which clients stand. All requests
share one event. A connect that comes over sets it; so does whoever takes a client and leaves another behind.

Where the number of instances is limited, the row can be empty. The name would go with the last stream then, to
whoever asks for it next; so one more instance, whose client was ourselves and has left, holds it.
"""

from __future__ import annotations

import sys

assert sys.platform == "win32", "ipc._win32 is for Windows"

import ctypes
from _thread import allocate_lock
from collections import deque

from ipc._wait import Pause, Signalled
from ipc._win32 import bindings as api
from ipc._win32.connection import Connection
from ipc._win32.naming import Instances, first_instance_failure, open_pipe
from ipc._win32.pipe_end import PipeEnd
from ipc._win32.request import new_event
from ipc.errors import InvalidHandle, InvalidInput, IpcError, Unsupported, describe
from ipc.names import windows_pipe_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ipc._wait import Op
    from ipc.names import Name
    from ipc.types import ListenerOptions

# An instance costs the system some hundred bytes and a handle, and a client finds its place in the row at once.
_LONGEST_ROW = 128
# A pipe with a limit on its instances has none left for the row; no event tells when one is given back.
_LOOK_AGAIN = 0.02


class _Instance:
    """One instance, and the request that waits for its client."""

    __slots__ = ("handle", "overlapped", "taken")

    def __init__(self, handle: int, event: int) -> None:
        self.handle = handle
        self.overlapped = api.Overlapped(hEvent=event)
        self.taken = False
        if not api.ConnectNamedPipe(handle, ctypes.byref(self.overlapped)):
            code = ctypes.get_last_error()
            if code in (api.ERROR_PIPE_CONNECTED, api.ERROR_NO_DATA):
                # Somebody came before we asked; with NO_DATA, has left again, and what was sent can still be read.
                self.taken = True
            elif code != api.ERROR_IO_PENDING:
                api.CloseHandle(handle)
                raise ctypes.WinError(code)

    def has_client(self) -> bool:
        return self.taken or self.overlapped.Internal != api.STATUS_PENDING

    def close(self) -> None:
        if not self.has_client():
            api.CancelIoEx(self.handle, ctypes.byref(self.overlapped))
            moved = ctypes.c_ulong()
            api.GetOverlappedResult(self.handle, ctypes.byref(self.overlapped), ctypes.byref(moved), True)
        api.CloseHandle(self.handle)


class Listener:
    """Where the clients of a named pipe arrive."""

    __slots__ = (
        "_blocking",
        "_event",
        "_holder",
        "_instances",
        "_label",
        "_name",
        "_row",
        "_row_length",
        "_turn",
        "reclaim",
    )

    def __init__(self, instances: Instances, name: Name, row: int) -> None:
        self._name = name
        self._label = repr(name)
        self._instances = instances
        self._row: deque[_Instance] = deque()
        self._row_length = row
        self._turn = allocate_lock()
        self._blocking = True
        # There is no file to remove: the name is gone with its last instance.
        self.reclaim = False
        self._event = new_event()
        self._holder = 0
        try:
            first = instances.make(first=True)
            if instances.most < api.PIPE_UNLIMITED_INSTANCES and _leave_a_client(first, instances.path):
                self._holder = first
            else:
                self._row.append(_Instance(first, self._event))
            self._fill()
        except OSError as error:
            described = error if self._row or self._holder else first_instance_failure(error, instances.path, name)
            self.close()
            raise describe(described, "listen on", self._label) from None

    @property
    def name(self) -> Name:
        """The name it was made with."""
        return self._name

    @property
    def label(self) -> str:
        """What the listener is, for messages."""
        return f"the listener on {self._label}"

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return not self._event

    @property
    def instances(self) -> Instances:
        """How the instances are made."""
        return self._instances

    def accept(self) -> Op[PipeEnd]:
        """The next client. One that has left still counts: what it sent can be read."""
        try:
            while True:
                handle = self._take()
                if handle:
                    connection = Connection(handle, f"a client of {self._label}", self._instances.messages)
                    return PipeEnd(connection)
                yield Signalled(self._event) if self._row else Pause(_LOOK_AGAIN)
        except OSError as error:
            raise self.explain(error, "accept from") from None

    def _take(self) -> int:
        """The handle of the oldest instance that has a client, replaced in the row; 0 if none has."""
        with self._turn:
            event = self.fileno()
            # Reset before the look, or a client that comes in between would be missed.
            api.ResetEvent(event)
            if not self._row:
                self._fill()
            instance = next((instance for instance in self._row if instance.has_client()), None)
            if instance is None:
                return 0
            # The replacement comes first: without one the client keeps its place, and can be accepted later.
            self._row_length += 1
            try:
                self._fill()
            finally:
                self._row_length -= 1
            self._row.remove(instance)
            # A request for a new instance resets the event, which another client may have set.
            if any(instance.has_client() for instance in self._row):
                api.SetEvent(event)
            return instance.handle

    def _fill(self) -> None:
        """Complete the row, as far as the limit of the instances allows."""
        while len(self._row) < self._row_length:
            try:
                handle = self._instances.make(first=False)
            except OSError as error:
                if error.winerror == api.ERROR_PIPE_BUSY and self._instances.most < api.PIPE_UNLIMITED_INSTANCES:
                    return
                raise
            self._row.append(_Instance(handle, self._event))

    def fileno(self) -> int:
        """The event that tells of clients; the listener has no single handle that others could use."""
        if not self._event:
            raise InvalidHandle(None, "the listener is closed; make a new one")
        return self._event

    def expose(self) -> int:
        """See `fileno`."""
        return self.fileno()

    def explain(self, error: OSError, doing: str) -> IpcError:
        """`error` with this listener's name on it."""
        return describe(error, doing, self.label)

    def get_inheritable(self) -> bool:
        """Never: instances are made as clients come."""
        self.fileno()
        return False

    def set_inheritable(self, inheritable: bool) -> None:
        """Refused."""
        self.fileno()
        if inheritable:
            raise Unsupported(None, f"{self.label} cannot be inherited on Windows; let the child listen itself")

    def get_blocking(self) -> bool:
        """What `set_blocking` was told."""
        self.fileno()
        return self._blocking

    def set_blocking(self, blocking: bool) -> None:
        """Only remembered: every request is overlapped."""
        self.fileno()
        self._blocking = blocking

    def close(self) -> None:
        """Close every instance that was not accepted, whose clients see the end; the name goes with the last one."""
        with self._turn:
            event, self._event = self._event, 0
            row, self._row = self._row, deque()
            holder, self._holder = self._holder, 0
        for instance in row:
            instance.close()
        if holder:
            api.CloseHandle(holder)
        if event:
            # Whoever waits for a client finds it closed.
            api.SetEvent(event)
            api.CloseHandle(event)

    def detach(self) -> int:
        """Refused."""
        self.fileno()
        raise Unsupported(None, f"{self.label} has no single handle to give away")


def _leave_a_client(handle: int, path: str) -> bool:
    """Have a client come to a fresh instance and leave, after which nobody else can; whether that worked.

    Not where somebody was quicker, or the pipe's security keeps even us out: then it is an instance like any other.
    """
    try:
        api.CloseHandle(open_pipe(path, api.FILE_READ_ATTRIBUTES))
    except OSError:
        return False
    return not api.ConnectNamedPipe(handle, None) and ctypes.get_last_error() == api.ERROR_NO_DATA


def listen(name: Name, options: ListenerOptions) -> Op[Listener]:
    """A listener of streams for programs of this machine."""
    if not 0 <= options.backlog <= 2**31 - 1:
        raise InvalidInput(None, f"backlog={options.backlog}: give 0 to {2**31 - 1} waiting clients")
    path = windows_pipe_path(name)
    if options.mode is not None:
        raise Unsupported(
            None, f"cannot listen on {name!r} with a mode: a pipe of Windows has none; see ipc.windows for its security"
        )
    return Listener(Instances(path), name, max(1, min(options.backlog, _LONGEST_ROW)))
    yield  # type: ignore[unreachable]  # an operation, as on systems where it has to wait
