"""Writing to a pipe without reader must be an error and not the death of the process; pipes have no MSG_NOSIGNAL.

Python ignores SIGPIPE when it starts. Only a process that changed that (`on_signal`) needs more than the call itself.
"""

from __future__ import annotations

import sys

assert sys.platform != "win32", "SIGPIPE is POSIX"


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

ignored = True


def without(write: Callable[[int, memoryview], int], fd: int, data: memoryview) -> int:
    if ignored:
        return write(fd, data)
    import signal

    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPIPE})
    try:
        return write(fd, data)
    except BrokenPipeError:
        # The signal goes to the thread that wrote, which holds it back and takes it here.
        if signal.SIGPIPE not in before and signal.SIGPIPE in signal.sigpending():
            signal.sigwait({signal.SIGPIPE})
        raise
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
