"""What a pipe handle tells of itself and of its other end."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "ipc._win32 is for Windows"

import ctypes

from ipc._win32 import bindings as api
from ipc._win32.connection import Connection
from ipc._win32.failure import last_failure
from ipc._win32.pipe_end import PipeEnd, set_inheritable
from ipc.errors import InvalidHandle, WrongType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

WHO: dict[str, Callable[..., int]] = {
    "client process": api.GetNamedPipeClientProcessId,
    "server process": api.GetNamedPipeServerProcessId,
    "client session": api.GetNamedPipeClientSessionId,
    "server session": api.GetNamedPipeServerSessionId,
}


def who(end: PipeEnd, what: str) -> int:
    """The number of a process or session at either end of the pipe."""
    number = ctypes.c_ulong()
    if not WHO[what](end.fileno(), ctypes.byref(number)):
        raise last_failure(f"ask for the {what} of", end.label)
    return number.value


def peek(end: PipeEnd, max_bytes: int) -> tuple[bytes, int, int]:
    """The next bytes, left where they are; how many there are in all, and in the rest of this message."""
    room = ctypes.create_string_buffer(max(1, max_bytes))
    read, total, left = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_ulong()
    if not api.PeekNamedPipe(
        end.fileno(), room, max_bytes, ctypes.byref(read), ctypes.byref(total), ctypes.byref(left)
    ):
        raise last_failure("peek into", end.label)
    return bytes(memoryview(room)[: read.value]), total.value, left.value


def info(handle: int, subject: object) -> tuple[int, int, int, int]:
    """Flags (server end, message type), the two buffer sizes, and the most instances (GetNamedPipeInfo)."""
    numbers = [ctypes.c_ulong() for _ in range(4)]
    if not api.GetNamedPipeInfo(handle, *(ctypes.byref(number) for number in numbers)):
        raise last_failure("query", subject)
    flags, outgoing, incoming, most = (number.value for number in numbers)
    return flags, outgoing, incoming, most


def instances(end: PipeEnd) -> int:
    """How many instances the pipe has now."""
    number = ctypes.c_ulong()
    if not api.GetNamedPipeHandleStateW(end.fileno(), None, ctypes.byref(number), None, None, None, 0):
        raise last_failure("query", end.label)
    return number.value


def set_receive_mode(handle: int, messages: bool, subject: object) -> None:
    """Receive messages one by one, or bytes wherever they end."""
    mode = ctypes.c_ulong(api.PIPE_READMODE_MESSAGE if messages else 0)
    if not api.SetNamedPipeHandleState(handle, ctypes.byref(mode), None, None):
        raise last_failure("set the receive mode of", subject)


def adopt(handle: int) -> PipeEnd:
    """An end over an overlapped pipe handle that came from elsewhere."""
    subject = f"handle {handle}"
    if api.GetFileType(handle) != api.FILE_TYPE_PIPE:
        code = ctypes.get_last_error()
        if code == api.ERROR_INVALID_HANDLE:
            raise InvalidHandle(None, f"{subject} is not open in this process")
        raise WrongType(None, f"{subject} is no pipe")
    flags = info(handle, subject)[0]
    status, mode = api.IoStatusBlock(), ctypes.c_ulong()
    api.NtQueryInformationFile(
        handle, ctypes.byref(status), ctypes.byref(mode), ctypes.sizeof(mode), api.FILE_MODE_INFORMATION
    )
    if mode.value & api.FILE_SYNCHRONOUS_IO:
        raise WrongType(None, f"{subject} is not overlapped, so no deadline would hold on it; open it so")
    set_inheritable(handle, False, subject)
    return PipeEnd(Connection(handle, f"the peer of {subject}", bool(flags & api.PIPE_TYPE_MESSAGE)))


def share(end: PipeEnd, process: int) -> int:
    """A duplicate of the handle in another process, by its number; the handle's number there."""
    target: int | None = api.OpenProcess(api.PROCESS_DUP_HANDLE, False, process)
    if not target:
        raise last_failure("open", f"process {process}")
    try:
        copy = ctypes.c_void_p()
        if not api.DuplicateHandle(
            api.GetCurrentProcess(), end.fileno(), target, ctypes.byref(copy), 0, False, api.DUPLICATE_SAME_ACCESS
        ):
            raise last_failure(f"share with process {process}", end.label)
        return copy.value or 0
    finally:
        api.CloseHandle(target)
