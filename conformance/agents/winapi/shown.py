"""What the system below is able to show: found by trying it, never by its name or version.

Each trial does what Microsoft documents and looks for the documented answer. Where that does not come, no agent can
be judged by requirements that depend on it: an emulator that lacks it would make the wrong ones look right.
"""

from __future__ import annotations

import sys

assert sys.platform == "win32", "this agent is for Windows"

import ctypes
import os
from ctypes import wintypes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
_advapi32 = ctypes.WinDLL("advapi32", use_last_error=True)
_create = _kernel32.CreateNamedPipeW
_create.restype = wintypes.HANDLE
_create.argtypes = (wintypes.LPCWSTR, *(wintypes.DWORD,) * 6, ctypes.c_void_p)
_open = _kernel32.CreateFileW
_open.restype = wintypes.HANDLE
_open.argtypes = (
    wintypes.LPCWSTR,
    wintypes.DWORD,
    wintypes.DWORD,
    ctypes.c_void_p,
    *(wintypes.DWORD,) * 2,
    wintypes.HANDLE,
)
_close = _kernel32.CloseHandle
_close.argtypes = (wintypes.HANDLE,)
_from_text = _advapi32.ConvertStringSecurityDescriptorToSecurityDescriptorW
_from_text.argtypes = (wintypes.LPCWSTR, wintypes.DWORD, ctypes.c_void_p, ctypes.c_void_p)

_INVALID = ctypes.c_void_p(-1).value
_DUPLEX, _FIRST_INSTANCE, _MESSAGES = 3, 0x00080000, 4
_READ_AND_WRITE, _OPEN_EXISTING = 0xC0000000, 3
_ACCESS_DENIED = 5


class _Attributes(ctypes.Structure):
    _fields_ = (("size", wintypes.DWORD), ("descriptor", ctypes.c_void_p), ("inherit", wintypes.BOOL))


def emulator() -> str | None:
    """The emulator that says so of itself, with its version; None for what looks like Windows."""
    try:
        told = ctypes.CDLL("ntdll").wine_get_version
    except AttributeError:
        return None
    told.restype = ctypes.c_char_p
    return f"wine {told().decode('ascii', 'replace')}"


def cannot_show() -> list[str]:
    """The words of `conformance/spec/traits.toml` that this system does not live up to."""
    return sorted(word for word, trial in _TRIALS.items() if not trial())


def _first_instance() -> bool:
    """Of two who want to be the first with one name, the second is denied access (CreateNamedPipe)."""
    return _second_is_denied(_DUPLEX | _FIRST_INSTANCE, 0)


def _one_type() -> bool:
    """All instances of a pipe have one type; another one is denied access (CreateNamedPipe)."""
    return _second_is_denied(_DUPLEX, _MESSAGES)


def _second_is_denied(access: int, mode: int) -> bool:
    name = _name()
    first = _create(name, _DUPLEX, 0, 255, 0, 0, 0, None)
    second = _create(name, access, mode, 255, 0, 0, 0, None)
    denied = second == _INVALID and ctypes.get_last_error() == _ACCESS_DENIED
    _close_all(first, second)
    return denied


def _pipe_access() -> bool:
    """A DACL that lets nobody in keeps a client out (Named Pipe Security and Access Rights)."""
    descriptor = ctypes.c_void_p()
    if not _from_text("D:P(D;;GA;;;WD)", 1, ctypes.byref(descriptor), None):
        return False
    attributes = _Attributes(ctypes.sizeof(_Attributes), descriptor.value, False)
    name = _name()
    server = _create(name, _DUPLEX, 0, 255, 0, 0, 0, ctypes.byref(attributes))
    client = _open(name, _READ_AND_WRITE, 0, None, _OPEN_EXISTING, 0, None)
    denied = client == _INVALID and ctypes.get_last_error() == _ACCESS_DENIED
    _close_all(server, client)
    return denied


def _name() -> str:
    return rf"\\.\pipe\ipc-trial-{os.urandom(8).hex()}"


def _close_all(*handles: int) -> None:
    for handle in handles:
        if handle != _INVALID:
            _close(handle)


_TRIALS: dict[str, Callable[[], bool]] = {
    "first_instance": _first_instance,
    "one_type": _one_type,
    "pipe_access": _pipe_access,
}
