"""Count the handles of this process in a way that Wine answers too: its GetProcessHandleCount always says 0."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "handles are Windows'"

import ctypes
import os

_EXTENDED_HANDLES = 64  # SystemExtendedHandleInformation
_TOO_SMALL = -0x3FFFFFFC  # STATUS_INFO_LENGTH_MISMATCH


class _Entry(ctypes.Structure):
    _fields_ = (
        ("object", ctypes.c_void_p),
        ("process", ctypes.c_size_t),
        ("handle", ctypes.c_size_t),
        ("access", ctypes.c_ulong),
        ("rest", ctypes.c_ulong * 3),
    )


def open_handles() -> int:
    """How many there are now."""
    ask = ctypes.WinDLL("ntdll").NtQuerySystemInformation
    ask.restype = ctypes.c_long
    ask.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_void_p)
    size = 1 << 20
    while True:
        room = ctypes.create_string_buffer(size)
        status: int = ask(_EXTENDED_HANDLES, room, size, None)
        if status != _TOO_SMALL:
            break
        size *= 2
    assert status == 0, f"NtQuerySystemInformation: {status:#x}"
    number = ctypes.c_size_t.from_buffer(room).value
    entries = (_Entry * number).from_buffer(room, 2 * ctypes.sizeof(ctypes.c_size_t))
    return sum(entry.process == os.getpid() for entry in entries)
