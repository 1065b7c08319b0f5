"""A connected pipe handle: what the whole stream, or its two halves, have in common.

At most one write is in flight. It is never cancelled, since the system does not tell how much of a cancelled write
the peer has got: bytes that were handed over count as sent, and the next write waits for them. So the count of a
send that ran out of time is exact.
"""

from __future__ import annotations

import sys

assert sys.platform == "win32", "ipc._win32 is for Windows"

import ctypes
from _thread import allocate_lock

from ipc._win32 import bindings as api
from ipc._win32 import lingering
from ipc._win32.failure import last_failure
from ipc._win32.request import Request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ipc._wait import Op

CLOSED = 0


class Connection:
    """An open handle with the requests on it; closed by its last holder."""

    __slots__ = ("_flying", "_holders", "_idle", "_reading", "_turn", "handle", "messages", "remote")

    def __init__(self, handle: int, remote: object, messages: bool = False) -> None:
        self.handle = handle
        self.remote = remote
        # Whether each write is a message, which must not be cut.
        self.messages = messages
        self._holders = 1
        self._turn = allocate_lock()
        self._idle: list[Request] = []
        self._reading: set[Request] = set()
        self._flying: Request | None = None

    def add_holder(self) -> None:
        """One more end holds the handle."""
        with self._turn:
            self._holders += 1

    def drop_holder(self) -> None:
        """One end less. The last one gives the handle up, and wakes receives that wait in other threads."""
        with self._turn:
            self._holders -= 1
            if self._holders:
                return
            handle, self.handle = self.handle, CLOSED
            for request in self._reading:
                api.CancelIoEx(handle, ctypes.byref(request.overlapped))
            idle, self._idle = self._idle, []
            flying, self._flying = self._flying, None
        for request in idle:
            request.close()
        if flying is not None and not flying.is_over():
            lingering.keep(handle, flying)
            return
        api.CloseHandle(handle)

    def holders(self) -> int:
        """How many ends hold the handle."""
        return self._holders

    def read(self, size: int) -> Op[tuple[int, bytes, BaseException | None]]:
        """One ReadFile: the error, what came, and what interrupted the wait for it (`Request.perform`)."""
        with self._turn:
            if self.handle == CLOSED:
                return api.ERROR_INVALID_HANDLE, b"", None
            request = self._idle.pop() if self._idle else Request()
            self._reading.add(request)
        try:
            room = request.room(size)
            code, moved, interruption = yield from request.perform(self.handle, api.ReadFile, room, size, None)
            return code, bytes(memoryview(room)[:moved]), interruption
        finally:
            self._set_aside(request)

    def launch(self, data: memoryview) -> Op[Request | int]:
        """Start to write `data` after what is in flight: the request, in flight now, or the error."""
        size = len(data)
        while True:
            with self._turn:
                before = self._flying
                if before is None or before.is_over():
                    return self._issue_write(before, data, size)
            yield from before.until_over()

    def _issue_write(self, before: Request | None, data: memoryview, size: int) -> Request | int:
        self._flying = None
        if before is not None:
            code, _ = before.outcome()
            if code:
                return code
        if self.handle == CLOSED:
            return api.ERROR_INVALID_HANDLE
        request = Request()
        request.buffer = (ctypes.c_char * size).from_buffer_copy(data)
        code = request.issue(api.WriteFile, self.handle, request.buffer, size, None)
        if code in (0, api.ERROR_IO_PENDING):
            self._flying = request
            return request
        return code

    def duplicate(self) -> Connection:
        """A second handle of the same pipe end."""
        return Connection(duplicate_handle(self.handle, self.remote), self.remote, self.messages)

    def _set_aside(self, request: Request) -> None:
        with self._turn:
            self._reading.discard(request)
            if self.handle != CLOSED:
                self._idle.append(request)
                return
        request.close()


def duplicate_handle(handle: int, subject: object) -> int:
    """A second handle of the same object in this process, which nobody inherits."""
    here = api.GetCurrentProcess()
    copy = ctypes.c_void_p()
    if not api.DuplicateHandle(here, handle, here, ctypes.byref(copy), 0, False, api.DUPLICATE_SAME_ACCESS):
        raise last_failure("duplicate the handle of", subject)
    return copy.value or 0
