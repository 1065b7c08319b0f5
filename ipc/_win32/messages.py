"""Whole messages, however long they are, and the wait until a peer has received everything."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "ipc._win32 is for Windows"

from _thread import get_native_id, start_new_thread

from ipc._wait import Signalled
from ipc._win32 import bindings as api
from ipc._win32.asking import peek
from ipc._win32.connection import duplicate_handle
from ipc._win32.failure import failure
from ipc._win32.request import new_event
from ipc._win32.transfer import RECEIVING
from ipc.errors import InvalidHandle, MoreData, TimedOut, WouldBlock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ipc._wait import Op
    from ipc._win32.pipe_end import PipeEnd

_FIRST_PIECE = 65_536


def receive_message(end: PipeEnd, limit: int) -> Op[bytes | None]:
    """One message of at most `limit` bytes; None at the end of the pipe.

    A longer one is MoreData and stays to be received, and so does one whose wait was interrupted.
    """
    message, whole = end.take_unread()
    size = min(limit, _FIRST_PIECE)
    kept = False
    try:
        while not whole:
            try:
                code, data, interruption = yield from end.connection.read(max(1, size))
            except OSError as error:
                raise end.explain(error, "receive from") from None
            message += data
            whole = code == 0
            if code not in (0, api.ERROR_MORE_DATA):
                if code == api.ERROR_BROKEN_PIPE:
                    return None
                raise failure(code, "receive from", end.label, RECEIVING)
            if interruption is not None and not (whole and isinstance(interruption, TimedOut | WouldBlock)):
                raise interruption
            if not whole:
                size = peek(end, 0)[2]
                if len(message) + size > limit:
                    break
        if not whole or len(message) > limit:
            raise MoreData(
                None, f"cannot receive from {end.label}: the message is longer than {limit} bytes; allow for more"
            )
        kept = True
        return message
    finally:
        if not kept and (message or whole):
            end.put_back(message, whole)


def flush(end: PipeEnd) -> Op[None]:
    """Until the peer has received everything that was sent, or has left."""
    handle = duplicate_handle(end.fileno(), end.label)
    done = new_event()
    state = _Flush()
    start_new_thread(_flush, (handle, done, state))
    try:
        while not state.over:
            yield Signalled(done)
    except BaseException:
        # FlushFileBuffers takes no OVERLAPPED; this is what ends it in another thread.
        while not state.over:
            state.cancel()
            api.WaitForSingleObject(done, 1)
        raise
    finally:
        api.CloseHandle(done)
    if state.code:
        raise failure(state.code, "flush", end.label, {api.ERROR_OPERATION_ABORTED: InvalidHandle})


class _Flush:
    def __init__(self) -> None:
        self.over = False
        self.code = 0
        self.thread = 0

    def cancel(self) -> None:
        thread: int | None = api.OpenThread(api.THREAD_TERMINATE, False, self.thread)
        if thread:
            api.CancelSynchronousIo(thread)
            api.CloseHandle(thread)


def _flush(handle: int, done: int, state: _Flush) -> None:
    import ctypes

    state.thread = get_native_id()
    if not api.FlushFileBuffers(handle):
        state.code = ctypes.get_last_error()
    api.CloseHandle(handle)
    state.over = True
    api.SetEvent(done)
