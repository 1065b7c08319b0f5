"""Unnamed pipes. CreatePipe makes no overlapped handles, so they are named pipes whose name nobody learns."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "ipc._win32 is for Windows"

import os
from itertools import count

from ipc._win32 import bindings as api
from ipc._win32.connection import Connection
from ipc._win32.naming import Instances, open_pipe
from ipc._win32.pipe_end import PipeEnd
from ipc.errors import describe

_numbers = count(1)


def pipe(inheritable: bool) -> tuple[PipeEnd, PipeEnd]:
    """A new unnamed pipe: its receiver and its sender."""
    path = rf"\\.\pipe\ipc-{os.getpid()}-{next(_numbers)}-{os.urandom(8).hex()}"
    instances = Instances(path, access=api.PIPE_ACCESS_INBOUND, most=1, send_buffer=0, inheritable=inheritable)
    try:
        receiving = instances.make(first=True)
        try:
            # Nobody else can have connected to a name so fresh and so random; if somebody did, this fails.
            sending = open_pipe(path, api.GENERIC_WRITE | api.FILE_READ_ATTRIBUTES, inheritable=inheritable)
        except OSError:
            api.CloseHandle(receiving)
            raise
    except OSError as error:
        raise describe(error, "make", "a pipe") from None
    return PipeEnd(Connection(receiving, "its sender")), PipeEnd(Connection(sending, "its receiver"))
