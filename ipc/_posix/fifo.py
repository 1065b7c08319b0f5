"""FIFO files: make them, and open their two ends so that each waits for the other."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "ipc._posix is for POSIX systems"

import errno
import os
import stat

from ipc._posix.constants import LINUX
from ipc._posix.pipe_end import PipeReceiver, PipeSender
from ipc._wait import Pause, Readable
from ipc.errors import InvalidName, NoPeer, WouldBlock, WrongType, describe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from ipc._wait import Op

    AnyPath: TypeAlias = str | bytes | os.PathLike[str] | os.PathLike[bytes]

# No event tells that the other end was opened, so a wait with a deadline has to look. 25 ms, 40 looks
# a second, is what a person does not notice and a processor does not either.
_FIRST_LOOK, _LAST_LOOK = 0.001, 0.025


def raw_path(path: AnyPath) -> bytes:
    """`path` as the system takes it."""
    raw = os.fsencode(path)
    if not raw or b"\0" in raw:
        raise InvalidName(None, f"the path {os.fsdecode(raw)!r} is empty or has a NUL byte inside")
    return raw


def make_fifo(path: bytes, mode: int) -> None:
    """mkfifo()."""
    try:
        os.mkfifo(path, mode)
    except OSError as error:
        raise describe(error, "make the FIFO", repr(os.fsdecode(path))) from None


def open_receiver_now(path: bytes) -> PipeReceiver:
    """open() for reading, blocking until there is a writer."""
    return PipeReceiver(_open(path, os.O_RDONLY, "receiving"), _label(path))


def open_sender_now(path: bytes) -> PipeSender:
    """open() for writing, blocking until there is a reader."""
    return PipeSender(_open(path, os.O_WRONLY, "sending"), _label(path))


def open_receiver_alone(path: bytes) -> PipeReceiver:
    """open() for reading, whether or not there is a writer."""
    fd = _open(path, os.O_RDONLY | os.O_NONBLOCK, "receiving")
    os.set_blocking(fd, True)
    return PipeReceiver(fd, _label(path), met_writer=False)


def open_receiver(path: bytes) -> Op[PipeReceiver]:
    """Open for reading, and wait for the first writer.

    From its first moment this counts as a reader, as a blocked open() does: a writer that opens at the
    very end of the wait may find its reader gone again.
    """
    end = open_receiver_alone(path)
    look = _FIRST_LOOK
    try:
        while not end.meet_writer():
            # Linux reports data, or a writer that came and went, at once; that one came is for us to find.
            yield Readable(end.fileno(), at_most=look) if LINUX else Pause(look)
            look = min(look * 2, _LAST_LOOK)
    except BaseException as error:
        end.close()
        if isinstance(error, OSError):
            raise describe(error, "open for receiving", _label(path)) from None
        raise
    return end


def open_sender(path: bytes) -> Op[PipeSender]:
    """Open for writing as soon as there is a reader."""
    look = _FIRST_LOOK
    while True:
        try:
            fd = _open(path, os.O_WRONLY | os.O_NONBLOCK, "sending")
        except NoPeer as nobody:
            try:
                yield Pause(look)
            except WouldBlock:
                raise nobody from None
            except OSError as error:
                raise describe(error, "open for sending", _label(path)) from None
            look = min(look * 2, _LAST_LOOK)
        else:
            os.set_blocking(fd, True)
            return PipeSender(fd, _label(path))


def _open(path: bytes, flags: int, purpose: str) -> int:
    """open(), of a FIFO and nothing else. Looked at before too: opening a device can have effects."""
    try:
        _refuse_other(os.stat(path), path)
        fd = os.open(path, flags | os.O_CLOEXEC | os.O_NOCTTY)
    except OSError as error:
        raise describe(error, f"open for {purpose}", _label(path), {errno.ENXIO: NoPeer}) from None
    try:
        _refuse_other(os.fstat(fd), path)
    except BaseException:
        os.close(fd)
        raise
    return fd


def _refuse_other(status: os.stat_result, path: bytes) -> None:
    if not stat.S_ISFIFO(status.st_mode):
        raise WrongType(None, f"{os.fsdecode(path)!r} is no FIFO; make one with make_fifo, or choose another path")


def _label(path: bytes) -> str:
    return f"the FIFO {os.fsdecode(path)!r}"
