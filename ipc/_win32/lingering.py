"""Handles that outlive their owner until the peer has read what was sent.

Closing a pipe keeps what the system has buffered, and throws away what still waits for room (a write that is not
over). So an end that is closed with such a write is kept here instead, by a thread of its own.
"""

from __future__ import annotations

import sys

assert sys.platform == "win32", "ipc._win32 is for Windows"

import atexit
from _thread import allocate_lock, start_new_thread
from time import monotonic

from ipc._win32 import bindings as api

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ipc._win32.request import Request

# How long a process that exits waits for slow readers, in seconds. One that never reads must not keep it for ever.
_AT_EXIT = 5.0

_kept: dict[int, Request] = {}
_turn = allocate_lock()


def keep(handle: int, write: Request) -> None:
    """Close `handle` once `write` is over: its bytes were read, or nobody is there to read them."""
    with _turn:
        if not _kept:
            atexit.register(_at_exit)
        _kept[handle] = write
    start_new_thread(_wait, (handle, write))


def _wait(handle: int, write: Request) -> None:
    write.finish()
    with _turn:
        mine = _kept.pop(handle, None) is not None
        if not _kept:
            atexit.unregister(_at_exit)
    if mine:
        api.CloseHandle(handle)


def _at_exit() -> None:
    expiry = monotonic() + _AT_EXIT
    with _turn:
        kept = list(_kept.values())
    for write in kept:
        write.finish(max(0, int((expiry - monotonic()) * 1000)))
