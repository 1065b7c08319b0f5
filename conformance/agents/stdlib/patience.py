"""How long an operation may wait, and the one loop that waits.

An operation that can wait is a generator. It tries at once, on the main loop; what it does after its first `yield`
runs on a thread of its own, where it may block. So what succeeds at once never costs a thread.
"""

from __future__ import annotations

import sys

assert sys.platform != "win32", "poll(2) works on sockets and pipes alike only on POSIX"

import errno
import os
import select
import time

from .failures import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Protocol, TypeVar

    Argument = TypeVar("Argument")
    Result = TypeVar("Result")

    class Pollable(Protocol):
        def fileno(self) -> int: ...

        @property
        def closed(self) -> bool: ...


LONGEST_POLL = 86400.0
SHORTEST_PAUSE, LONGEST_PAUSE = 0.001, 0.05


class Patience:
    """One operation's `wait`: absent (block), "try" (once), "ready" (poll without end), or a deadline for all of it."""

    __slots__ = ("_ends", "_pause", "blocks", "once")

    def __init__(self, wait: object) -> None:
        self.blocks = wait is None
        self.once = wait == "try"
        self._ends: float | None = None
        self._pause = SHORTEST_PAUSE
        if self.blocks or self.once or wait == "ready":
            return
        if not isinstance(wait, (int, float)) or isinstance(wait, bool) or not wait >= 0:
            raise Failure("invalid_input", f'wait is "try", "ready" or milliseconds from 0 up, not {wait!r}')
        self._ends = time.monotonic() + wait / 1000

    def left(self) -> float | None:
        """Seconds until the deadline, None without one; raises when it has passed."""
        if self._ends is None:
            return None
        left = self._ends - time.monotonic()
        if left <= 0:
            raise Failure("timed_out", "the deadline has passed")
        return left

    def until(self, fd: int, events: int) -> None:
        """Return when `fd` has one of `events`, a hang-up or an error."""
        while not poll(fd, events, self.left()):
            pass

    def pause(self) -> None:
        """Let some time pass where the system has nothing to wait for; longer each time, so that it does not spin."""
        left = self.left()
        time.sleep(self._pause if left is None else min(left, self._pause))
        self._pause = min(self._pause * 2, LONGEST_PAUSE)


def poll(fd: int, events: int, seconds: float | None) -> int:
    """The events of `fd`, 0 when there are none in time. An interrupting signal does not prolong it (PEP 475)."""
    if fd < 0:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    poller = select.poll()
    poller.register(fd, events)
    found = poller.poll(None if seconds is None else min(seconds, LONGEST_POLL) * 1000)
    return found[0][1] if found else 0


def insist(
    patience: Patience,
    endpoint: Pollable,
    events: int,
    ways: tuple[Callable[[Argument], Result], Callable[[Argument], Result]],
    argument: Argument,
) -> Generator[None, None, Result]:
    """Of the two ways: the first, which never blocks, until it is done; or the second where waiting has no bound."""
    attempt, block = ways
    try:
        return attempt(argument)
    except BlockingIOError:
        if patience.once:
            raise
    yield
    if patience.blocks:
        return block(argument)
    while True:
        patience.until(endpoint.fileno(), events)
        try:
            return attempt(argument)
        except BlockingIOError:
            if endpoint.closed:
                raise Failure("cancelled", "the handle was closed while the operation waited") from None
            patience.pause()  # somebody else was quicker, or this system calls it ready before it is: never spin
