"""asyncio, as the agent needs it."""

from __future__ import annotations

import asyncio

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from types import TracebackType
    from typing import Any, TypeVar

    T = TypeVar("T")

    Work = Callable[[], Coroutine[Any, Any, None]]


class Scope:
    """The cancellation of the task that enters it, which ends at its end."""

    def __init__(self) -> None:
        self._task: asyncio.Task[object] | None = None
        self._called = False

    def cancel(self) -> None:
        self._called = True
        if self._task is not None:
            self._task.cancel()

    def __enter__(self) -> Scope:
        self._task = asyncio.current_task()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        return self._called and isinstance(error, asyncio.CancelledError)


class Loop:
    """One loop after another."""

    cancelled: type[BaseException] = asyncio.CancelledError
    scope = Scope

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def run(self, main: Work) -> None:
        """Run a loop until `main` returns; what is still under way is cancelled."""
        asyncio.run(main())

    def start(self, work: Work) -> None:
        """Begin a task."""
        task = asyncio.get_running_loop().create_task(work())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def turn(self) -> None:
        """Let every task that can go on go one step."""
        await asyncio.sleep(0)

    async def readable(self, fd: int) -> None:
        """Wait until there is something to read."""
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        loop.add_reader(fd, ready.set)
        try:
            await ready.wait()
        finally:
            loop.remove_reader(fd)

    async def aside(self, call: Callable[[], T]) -> T:
        """What a call gives that blocks, made by a thread of its own."""
        return await asyncio.to_thread(call)
