"""Write to a pipe without ever raising SIGPIPE: write() has no flag for it, as send() has.

Python ignores the signal from its start on, and then nothing is to be done. In a program that went back to the
default action the signal is held back in the writing thread, which alone gets it, and taken away.
"""

from __future__ import annotations

import sys

assert sys.platform != "win32", "ipc._posix is for POSIX systems"

import fcntl
import os
import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    from ipc.types import ReadableBuffer

    T = TypeVar("T")

# signal.getsignal makes an enum member each time, which takes as long as the write: 2.4 us against 0.1.
_action: Callable[[int], object] = getattr(sys.modules.get("_signal"), "getsignal", signal.getsignal)

# sys/fcntl.h of macOS, where the signal goes to the process and cannot be held back by a thread.
_F_SETNOSIGPIPE: int | None = {"darwin": 73, "ios": 73}.get(sys.platform)


def write(fd: int, data: ReadableBuffer) -> int:
    """os.write()."""
    return os.write(fd, data) if _action(signal.SIGPIPE) else _quietly(lambda: os.write(fd, data))


def writev(fd: int, buffers: Sequence[ReadableBuffer]) -> int:
    """os.writev()."""
    return os.writev(fd, buffers) if _action(signal.SIGPIPE) else _quietly(lambda: os.writev(fd, buffers))


def hush(fd: int) -> None:
    """Tell the descriptor itself, where that can be done."""
    if _F_SETNOSIGPIPE is not None:
        fcntl.fcntl(fd, _F_SETNOSIGPIPE, 1)


def _quietly(call: Callable[[], T]) -> T:
    held = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGPIPE,))
    waiting_before = signal.SIGPIPE in signal.sigpending()
    try:
        return call()
    except BrokenPipeError:
        # Only the one that this write caused; one that was waiting before has swallowed it.
        if not waiting_before and signal.SIGPIPE in signal.sigpending():
            signal.sigwait((signal.SIGPIPE,))
        raise
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
