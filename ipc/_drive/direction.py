"""Run operations on an event loop: what the drivers for asyncio and for trio have in common.

Rule: nothing is awaited between the system call that gets a result and the return of that result, so a
cancellation always comes before the system call, and never between the two.
"""

from __future__ import annotations

from ipc._drive import blocking
from ipc._wait import Pause, Readable, Signalled, Turn, Writable, check_timeout, out_of_time
from ipc.errors import Busy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable

    from ipc._wait import Op, T

# How many operations in a row may find what they need before others get a turn: a fraction of a millisecond.
_IN_A_ROW = 32


class Credit:
    """How many operations may go on before the other tasks of the loop get a turn."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = _IN_A_ROW


class Direction:
    """One direction of one endpoint, in which one operation at a time may be under way.

    `passing`: it serves one operation alone, which closes the descriptors that it waits for.
    """

    __slots__ = ("_busy", "_passing")
    # One for all directions of a driver.
    _credit: Credit

    def __init__(self, passing: bool = False) -> None:
        self._passing = passing
        self._busy = False

    def refuse_second(self) -> None:
        """Raise Busy if an operation is under way."""
        if self._busy:
            raise Busy(None, "another task is using this direction of the endpoint; one at a time may, or duplicate it")

    def may_begin(self) -> bool:
        """Whether an operation may try its system call now, as nothing is under way and no turn is due."""
        credit = self._credit
        if self._busy or credit.left <= 0:
            return False
        credit.left -= 1
        return True

    async def run(self, op: Op[T], timeout: float | None) -> T:
        """The result of `op`, which may take `timeout` seconds (None: for ever). Raises Busy."""
        self.refuse_second()
        credit = self._credit
        self._busy = True
        try:
            if credit.left <= 0:
                credit.left = _IN_A_ROW
                await self._turn()
            credit.left -= 1
            if timeout == 0:
                return blocking.run(op, timeout)
            check_timeout(timeout)
            wait = next(op)
            expiry = None if timeout is None else self._now() + timeout
            while True:
                credit.left = _IN_A_ROW
                try:
                    if isinstance(wait, Turn):
                        await self._turn()
                        in_time = expiry is None or self._now() < expiry
                    else:
                        assert not isinstance(wait, Signalled), "event loops do not wait for Windows' events yet"
                        plain = isinstance(wait, Writable) or (isinstance(wait, Readable) and wait.at_most is None)
                        until = expiry if plain else self._sooner(wait, expiry)
                        in_time = await self._ready(wait, until) or expiry is None or self._now() < expiry
                except BaseException as error:  # noqa: BLE001 -- the operation cleans up and raises it again
                    wait = op.throw(error)
                    continue
                wait = next(op) if in_time else op.throw(out_of_time(timeout))
        except StopIteration as done:
            result: T = done.value
            return result
        finally:
            self._busy = False

    def _sooner(self, wait: Readable | Writable | Pause, expiry: float | None) -> float | None:
        """When `wait` is over in any case, or the whole operation, by the loop's clock."""
        seconds = None if isinstance(wait, Writable) else wait.seconds if isinstance(wait, Pause) else wait.at_most
        if seconds is None:
            return expiry
        look_again = self._now() + seconds
        return look_again if expiry is None else min(expiry, look_again)

    def _ready(self, wait: Readable | Writable | Pause, until: float | None) -> Awaitable[bool]:
        """Wait, until that time at most; whether it was a descriptor that ended the wait."""
        raise NotImplementedError

    async def _turn(self) -> None:
        """Let every other task go on first."""
        raise NotImplementedError

    def _now(self) -> float:
        """The loop's clock, in seconds."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of the descriptor, which is about to be closed. Who waits looks again, and finds it closed."""
        raise NotImplementedError
