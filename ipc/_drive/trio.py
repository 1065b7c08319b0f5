"""Run operations in trio."""

from __future__ import annotations

import trio

from ipc._drive.direction import Credit, Direction
from ipc._wait import Pause, Readable
from ipc.errors import Busy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable

    from ipc._wait import Writable

_wait_readable = trio.lowlevel.wait_readable
_wait_writable = trio.lowlevel.wait_writable


class TrioDirection(Direction):
    """A direction of an endpoint, in whatever run of trio there is. Between waits trio keeps nothing."""

    __slots__ = ("_fd",)
    _credit = Credit()

    def __init__(self, passing: bool = False) -> None:
        super().__init__(passing)
        # What is being waited for; -1 for nothing.
        self._fd = -1

    def _ready(self, wait: Readable | Writable | Pause, until: float | None) -> Awaitable[bool]:
        return self._wait(wait) if until is None else self._wait_until(wait, until)

    async def _wait_until(self, wait: Readable | Writable | Pause, until: float) -> bool:
        with trio.CancelScope(deadline=until) as scope:
            await self._wait(wait)
        return not scope.cancelled_caught

    async def _wait(self, wait: Readable | Writable | Pause) -> bool:
        if isinstance(wait, Pause):
            await trio.sleep_forever()
        self._fd = wait.fd
        try:
            await (_wait_readable if isinstance(wait, Readable) else _wait_writable)(wait.fd)
        except trio.ClosedResourceError:
            # This end was closed, or the other half of its stream, which has the same descriptor: look again.
            pass
        except trio.BusyResourceError:
            raise Busy(None, "another task waits for the same descriptor; one may, or duplicate the endpoint") from None
        finally:
            self._fd = -1
        return True

    async def _turn(self) -> None:
        await trio.lowlevel.checkpoint()

    def _now(self) -> float:
        return trio.current_time()

    def close(self) -> None:
        if self._fd >= 0:
            trio.lowlevel.notify_closing(self._fd)
