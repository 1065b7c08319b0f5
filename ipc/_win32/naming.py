"""Make instances of named pipes, and open them: the two calls that know a name."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "ipc._win32 is for Windows"

import ctypes

from ipc._win32 import bindings as api
from ipc._win32.failure import failure
from ipc.errors import InUse, IpcError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ipc._win32.security import Descriptor

ACCESS = {"in": api.PIPE_ACCESS_INBOUND, "out": api.PIPE_ACCESS_OUTBOUND, "duplex": api.PIPE_ACCESS_DUPLEX}
"""What the server does: receive, send, or both."""

_LARGEST = 0xFFFFFFFF
# 50 ms, which is also what the system takes for 0 (CreateNamedPipe, nDefaultTimeOut).
DEFAULT_WAIT_MS = 50


class Instances:
    """How the instances of one named pipe are made."""

    __slots__ = (
        "access", "inheritable", "local_only", "messages", "most", "path", "receive_buffer", "receive_messages",
        "security", "send_buffer", "wait_ms", "write_through",
    )  # fmt: skip

    def __init__(
        self,
        path: str,
        *,
        access: int = api.PIPE_ACCESS_DUPLEX,
        messages: bool = False,
        receive_messages: bool = False,
        most: int = api.PIPE_UNLIMITED_INSTANCES,
        local_only: bool = True,
        write_through: bool = False,
        send_buffer: int = 65_536,
        receive_buffer: int = 65_536,
        wait_ms: int = DEFAULT_WAIT_MS,
        inheritable: bool = False,
        security: Descriptor | None = None,
    ) -> None:
        self.path = path
        self.access = access
        self.messages = messages
        self.receive_messages = receive_messages
        self.most = most
        self.local_only = local_only
        self.write_through = write_through
        self.send_buffer = min(send_buffer, _LARGEST)
        self.receive_buffer = min(receive_buffer, _LARGEST)
        self.wait_ms = wait_ms
        self.inheritable = inheritable
        self.security = security

    def make(self, *, first: bool) -> int:
        """A new instance, which clients can connect to from now on; its handle. Raises the native OSError.

        `first`: only if nobody has the name.
        """
        access = self.access | api.FILE_FLAG_OVERLAPPED
        if first:
            access |= api.FILE_FLAG_FIRST_PIPE_INSTANCE
        if self.write_through:
            access |= api.FILE_FLAG_WRITE_THROUGH
        mode = api.PIPE_TYPE_MESSAGE if self.messages else 0
        mode |= api.PIPE_READMODE_MESSAGE if self.receive_messages else 0
        mode |= api.PIPE_REJECT_REMOTE_CLIENTS if self.local_only else 0
        attributes = api.SecurityAttributes(ctypes.sizeof(api.SecurityAttributes), None, self.inheritable)
        if self.security is not None:
            attributes.lpSecurityDescriptor = self.security.address
        handle: int = api.CreateNamedPipeW(
            self.path, access, mode, self.most, self.send_buffer, self.receive_buffer, self.wait_ms,
            ctypes.byref(attributes),
        )  # fmt: skip
        if handle == api.INVALID_HANDLE_VALUE:
            raise ctypes.WinError(ctypes.get_last_error())
        return handle


def first_instance_failure(error: OSError, path: str, label: object) -> IpcError:
    """Why a first instance could not be made: a taken name is refused as if access to it were."""
    code = error.winerror or 0
    taken = code == api.ERROR_PIPE_BUSY or (code == api.ERROR_ACCESS_DENIED and exists(path))
    return failure(code, "listen on", label, {code: InUse} if taken else None)


def exists(path: str) -> bool:
    """Whether somebody has the name. It asks for a free instance and takes none."""
    if api.WaitNamedPipeW(path, 1):
        return True
    return ctypes.get_last_error() != api.ERROR_FILE_NOT_FOUND


def open_pipe(path: str, access: int, flags: int = api.SECURITY_IDENTIFICATION, inheritable: bool = False) -> int:
    """Connect to a free instance; the client's handle. Raises the native OSError.

    By default a server can tell who its client is, and cannot act in its name.
    """
    attributes = api.SecurityAttributes(ctypes.sizeof(api.SecurityAttributes), None, inheritable)
    handle: int = api.CreateFileW(
        path, access, 0, ctypes.byref(attributes), api.OPEN_EXISTING,
        api.FILE_FLAG_OVERLAPPED | api.SECURITY_SQOS_PRESENT | flags, None,
    )  # fmt: skip
    if handle == api.INVALID_HANDLE_VALUE:
        raise ctypes.WinError(ctypes.get_last_error())
    return handle
