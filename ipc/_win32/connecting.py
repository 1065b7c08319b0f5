"""Connect to a named pipe, under a deadline that holds even when every instance is taken."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "ipc._win32 is for Windows"

from ipc._wait import Pause
from ipc._win32 import bindings as api
from ipc._win32.connection import Connection
from ipc._win32.naming import open_pipe
from ipc._win32.pipe_end import PipeEnd
from ipc.errors import describe
from ipc.names import windows_pipe_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ipc._wait import Op
    from ipc.names import Name

_FIRST_RETRY, _LAST_RETRY = 0.001, 0.02
# WaitNamedPipe cannot be interrupted, and Ctrl-C should be heard.
_LONGEST_WAIT_MS = 100


def connect(name: Name) -> Op[PipeEnd]:
    """A stream to the listener on `name`."""
    try:
        handle = yield from open_when_free(windows_pipe_path(name), api.GENERIC_READ | api.GENERIC_WRITE)
    except OSError as error:
        raise describe(error, "connect to", name) from None
    return PipeEnd(Connection(handle, name))


def open_when_free(
    path: str, access: int, flags: int = api.SECURITY_IDENTIFICATION, inheritable: bool = False
) -> Op[int]:
    """The handle of a client, as soon as an instance is free."""
    pause = _FIRST_RETRY
    while True:
        try:
            return open_pipe(path, access, flags, inheritable)
        except OSError as error:
            if error.winerror != api.ERROR_PIPE_BUSY:
                raise
        yield Pause(pause, lambda left: _wait_for_instance(path, left))
        pause = min(pause * 2, _LAST_RETRY)


def _wait_for_instance(path: str, left: float | None) -> None:
    """Until an instance is free, which somebody else may take first; in the line that the system keeps."""
    milliseconds = _LONGEST_WAIT_MS if left is None else max(1, min(_LONGEST_WAIT_MS, int(left * 1000)))
    api.WaitNamedPipeW(path, milliseconds)
