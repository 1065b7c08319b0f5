"""The four ways to wait that the protocol has, over the one that `ipc` has: a timeout."""

from __future__ import annotations

import sys
from time import monotonic

from ipc.errors import TimedOut, WouldBlock

from .trouble import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from .arguments import Arguments

    T = TypeVar("T")


class Wait:
    """How long an operation may take, and by whose clock."""

    def __init__(self, arguments: Arguments) -> None:
        wanted = arguments.raw("wait")
        self.ready = wanted == "ready"
        self.timeout: float | None = None
        if wanted == "try":
            self.timeout = 0.0
        elif isinstance(wanted, int | float) and not isinstance(wanted, bool):
            self.timeout = wanted / 1000
        elif wanted is not None and not self.ready:
            raise Refused("invalid_input", f"'wait' is to be 'try', 'ready' or milliseconds, not {wanted!r}")
        self._expiry = None if self.timeout is None else monotonic() + self.timeout

    def left(self) -> float | None:
        """The timeout for the next of several calls under one deadline."""
        if not self.timeout or self._expiry is None:
            return self.timeout
        left = self._expiry - monotonic()
        if left <= 0:
            raise TimedOut(None, f"not done within {self.timeout:g} s")
        return left

    def perform(self, call: Callable[[float | None], T], until: Callable[[], None]) -> T:
        """`call` with its timeout; or, for "ready", `call` without waiting whenever `until` returns."""
        if not self.ready:
            return call(self.left())
        while True:
            try:
                return call(0.0)
            except WouldBlock:
                until()


if sys.platform == "win32":

    def readable(number: Callable[[], int]) -> Callable[[], None]:  # noqa: ARG001 -- there is no readiness to wait for
        """No handle of Windows can be waited for so; this agent does not claim that it could."""
        return _refuse_readiness

    def writable(number: Callable[[], int]) -> Callable[[], None]:  # noqa: ARG001
        """See `readable`."""
        return _refuse_readiness

    def shortly() -> None:
        """See `readable`."""
        _refuse_readiness()

    def _refuse_readiness() -> None:
        raise Refused("unsupported", "on Windows there is no readiness to wait for: requests are overlapped")

else:
    import select

    # What has no descriptor to wait for is tried again this often, in milliseconds.
    _AGAIN = 2

    def readable(number: Callable[[], int]) -> Callable[[], None]:
        """Wait until the descriptor that `number` tells is readable."""
        return lambda: _until(number(), select.POLLIN)

    def writable(number: Callable[[], int]) -> Callable[[], None]:
        """Wait until the descriptor that `number` tells is writable."""
        return lambda: _until(number(), select.POLLOUT)

    def shortly() -> None:
        """Wait for something that has no descriptor."""
        select.poll().poll(_AGAIN)

    def is_ready(fd: int, receiving: bool, milliseconds: float) -> bool:
        """Whether `fd` gets ready in time."""
        poll = select.poll()
        poll.register(fd, select.POLLIN if receiving else select.POLLOUT)
        return bool(poll.poll(milliseconds))

    def _until(fd: int, event: int) -> None:
        poll = select.poll()
        poll.register(fd, event)
        poll.poll()
