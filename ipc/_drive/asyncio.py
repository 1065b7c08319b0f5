"""Run operations on the event loops of asyncio, uvloop among them.

Only what asyncio documents: add_reader, add_writer, call_at, call_soon, and that a task can wait for anything
with the attribute `_asyncio_future_blocking` as it waits for a Future (asyncio.isfuture).
"""

from __future__ import annotations

import asyncio

from ipc._drive.direction import Credit, Direction
from ipc._wait import Pause, Readable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Awaitable, Callable, Generator
    from contextvars import Context

    from ipc._wait import Writable

# In seconds: uvloop counts milliseconds in an integer of the machine. Three years are for ever.
_FOR_EVER = 1e8
_CANCELLED = object()


class _Waiter:
    """What one task waits for, time and again.

    A Future would do, and cost the round trip twice over: it wakes its task one pass of the loop later, and in
    that pass the selector reports the same descriptor once more. This one runs the task's next step right in the
    callback of the loop that ends the wait. As nothing happens between the two, a cancellation cannot either.
    """

    __slots__ = ("_asyncio_future_blocking", "_context", "_outcome", "_wake_up", "loop")

    def __init__(self, loop: AbstractEventLoop) -> None:
        self.loop = loop
        self._asyncio_future_blocking = False
        self._wake_up: Callable[[_Waiter], object] | None = None
        self._context: Context | None = None
        self._outcome: object = None

    def __await__(self) -> Generator[_Waiter, None, bool]:
        self._asyncio_future_blocking = True
        try:
            yield self
        finally:
            self._wake_up = None
        return self._outcome is True

    def end(self, ready: bool) -> None:
        """End the wait. To be called by the loop alone, and not by a task."""
        wake_up, context = self._wake_up, self._context
        if wake_up is not None and context is not None and self._outcome is None:
            self._outcome = ready
            self._wake_up = None
            context.run(wake_up, self)

    def end_soon(self, outcome: object) -> bool:
        """End the wait in the next pass of the loop; whether it was not over yet."""
        wake_up, context = self._wake_up, self._context
        if wake_up is None or self._outcome is not None:
            return False
        self._outcome = outcome
        if not self.loop.is_closed():
            self.loop.call_soon(wake_up, self, context=context)
        return True

    # What a task asks of what it waits for.

    def get_loop(self) -> AbstractEventLoop:
        return self.loop

    def add_done_callback(self, wake_up: Callable[[_Waiter], object], *, context: Context) -> None:
        self._outcome = None
        self._wake_up = wake_up
        self._context = context

    def cancel(self, msg: object = None) -> bool:  # noqa: ARG002 -- the task keeps it itself
        return self.end_soon(_CANCELLED)

    def result(self) -> None:
        if self._outcome is _CANCELLED:
            raise asyncio.CancelledError


class _Watch(_Waiter):
    """A descriptor in a loop's selector, for one direction.

    It stays there between waits, since entering and removing it costs as much as a receive, until the loop
    finds it ready and nobody waits.
    """

    __slots__ = ("_fd", "_reading", "_there")

    def __init__(self, loop: AbstractEventLoop, wait: Readable | Writable) -> None:
        super().__init__(loop)
        self._fd = wait.fd
        self._reading = isinstance(wait, Readable)
        self._there = False

    def enter(self) -> None:
        """Have the loop look at the descriptor."""
        if not self._there:
            (self.loop.add_reader if self._reading else self.loop.add_writer)(self._fd, self._is_ready)
            self._there = True

    def remove(self) -> None:
        """Take the descriptor out of the selector."""
        if self._there:
            self._there = False
            if not self.loop.is_closed():
                (self.loop.remove_reader if self._reading else self.loop.remove_writer)(self._fd)

    def _is_ready(self) -> None:
        if self._wake_up is None:
            self.remove()
        else:
            self.end(True)


class AsyncioDirection(Direction):
    """A direction of an endpoint, on whatever loop is running."""

    __slots__ = ("_watch",)
    _credit = Credit()

    def __init__(self, passing: bool = False) -> None:
        super().__init__(passing)
        self._watch: _Watch | None = None

    def _ready(self, wait: Readable | Writable | Pause, until: float | None) -> Awaitable[bool]:
        loop = asyncio.get_running_loop()
        if isinstance(wait, Pause):
            return self._ready_until(_Waiter(loop), until)
        watch = self._watch
        if watch is None or watch.loop is not loop:
            # Another loop than before: asyncio.run() twice with one endpoint.
            self.close()
            watch = self._watch = _Watch(loop, wait)
        watch.enter()
        return self._ready_until(watch, until) if until is not None or self._passing else watch

    async def _ready_until(self, waiter: _Waiter, until: float | None) -> bool:
        loop = waiter.loop
        timer = None if until is None else loop.call_at(min(until, loop.time() + _FOR_EVER), waiter.end, False)
        try:
            return await waiter
        finally:
            if timer is not None:
                timer.cancel()
            if self._passing:
                self.close()

    async def _turn(self) -> None:
        await asyncio.sleep(0)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def close(self) -> None:
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.remove()
            watch.end_soon(True)
