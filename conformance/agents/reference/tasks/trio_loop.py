"""trio, as the agent needs it; to the rest it looks like asyncio_loop."""

from __future__ import annotations

import trio

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from .asyncio_loop import Work

    T = TypeVar("T")


class Loop:
    """One run after another."""

    cancelled: type[BaseException] = trio.Cancelled
    scope = trio.CancelScope

    def __init__(self) -> None:
        self._nursery: trio.Nursery | None = None

    def run(self, main: Work) -> None:
        """Run a loop until `main` returns; what is still under way is cancelled."""
        trio.run(self._run, main)

    async def _run(self, main: Work) -> None:
        async with trio.open_nursery() as self._nursery:
            await main()
            self._nursery.cancel_scope.cancel()

    def start(self, work: Work) -> None:
        """Begin a task."""
        assert self._nursery is not None
        self._nursery.start_soon(work)

    async def turn(self) -> None:
        """Let every task that can go on go one step."""
        await trio.lowlevel.checkpoint()

    async def readable(self, fd: int) -> None:
        """Wait until there is something to read."""
        await trio.lowlevel.wait_readable(fd)

    async def aside(self, call: Callable[[], T]) -> T:
        """What a call gives that blocks, made by a thread of its own."""
        return await trio.to_thread.run_sync(call, abandon_on_cancel=True)
