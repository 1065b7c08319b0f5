"""One overlapped request to the kernel, and what may not happen to its memory before the kernel is done with it."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "ipc._win32 is for Windows"

import ctypes

from ipc._wait import Signalled
from ipc._win32 import bindings as api

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ipc._wait import Op


class Request:
    """An OVERLAPPED structure, its event, and the buffer that the kernel fills or reads.

    Between `issue` and `is_over` the object has to stay alive: the kernel writes into it.
    """

    __slots__ = ("buffer", "event", "overlapped")

    def __init__(self) -> None:
        self.event = new_event()
        self.overlapped = api.Overlapped(hEvent=self.event)
        self.buffer: ctypes.Array[ctypes.c_char] | None = None

    def issue(self, call: Callable[..., int], handle: int, *arguments: object) -> int:
        """Start `call`; 0 if it is done already, ERROR_IO_PENDING if not, or why it failed. It resets the event."""
        self.overlapped.Internal = self.overlapped.InternalHigh = 0
        if call(handle, *arguments, ctypes.byref(self.overlapped)):
            return 0
        return ctypes.get_last_error()

    def is_over(self) -> bool:
        """Whether the kernel has let go of it (HasOverlappedIoCompleted)."""
        return bool(self.overlapped.Internal != api.STATUS_PENDING)

    def outcome(self) -> tuple[int, int]:
        """Once it is over: the error, 0 for none, and how many bytes were moved."""
        moved = ctypes.c_ulong()
        # The handle is only waited for where there is no event, so one that was closed meanwhile does no harm.
        done = api.GetOverlappedResult(self.event, ctypes.byref(self.overlapped), ctypes.byref(moved), False)
        return 0 if done else ctypes.get_last_error(), moved.value

    def cancel(self, handle: int) -> None:
        """Ask the kernel to give up, and wait until it has let go: it may have been done before it was asked."""
        api.CancelIoEx(handle, ctypes.byref(self.overlapped))
        self.finish()

    def finish(self, milliseconds: int = api.INFINITE) -> bool:
        """Wait, blocking, until the request is over; whether it is."""
        if not self.is_over():
            api.WaitForSingleObject(self.event, milliseconds)
        return self.is_over()

    def until_over(self) -> Op[None]:
        """Wait for it; what is thrown in leaves the request as it is."""
        while not self.is_over():
            yield Signalled(self.event)

    def perform(
        self, handle: int, call: Callable[..., int], *arguments: object
    ) -> Op[tuple[int, int, BaseException | None]]:
        """`call`, from its start to its end: the error, the bytes moved, and what interrupted the wait for it.

        An interruption cancels the request. It is raised if that worked, and told if the request was quicker:
        what it moved must not be lost.
        """
        code = self.issue(call, handle, *arguments)
        if code not in (0, api.ERROR_IO_PENDING, api.ERROR_MORE_DATA):
            return code, 0, None
        interruption: BaseException | None = None
        try:
            yield from self.until_over()
        except BaseException as error:  # noqa: BLE001 -- raised again below, or told
            interruption = error
            self.cancel(handle)
        code, moved = self.outcome()
        if interruption is not None and code == api.ERROR_OPERATION_ABORTED:
            raise interruption
        return code, moved, interruption

    def room(self, size: int) -> ctypes.Array[ctypes.c_char]:
        """The buffer, with at least `size` bytes."""
        if self.buffer is None or len(self.buffer) < size:
            self.buffer = ctypes.create_string_buffer(size)
        return self.buffer

    def close(self) -> None:
        """Give the event back. Only once the request is over."""
        event, self.event = self.event, 0
        if event:
            api.CloseHandle(event)

    def __del__(self) -> None:
        # An operation that nobody drove to its end. While the kernel may still write there, the memory has to stay.
        if getattr(self, "event", 0):
            if self.is_over():
                self.close()
            else:
                _ABANDONED.append((self.overlapped, self.buffer))


_ABANDONED: list[object] = []


def new_event() -> int:
    """An event that stays set until it is reset; nobody inherits it."""
    event: int | None = api.CreateEventW(None, True, False, None)
    if not event:
        raise ctypes.WinError(ctypes.get_last_error())
    return event
