"""What an operation can wait for, and what its deadline does to it.

An operation is a generator: it tries the system call, yields what it has to wait for, and tries again.
A driver (`_drive`) runs it and throws the end of its time, or a cancellation, in at the wait.
"""

from __future__ import annotations

from errno import EAGAIN

from ipc.errors import InvalidInput, IpcError, TimedOut, WouldBlock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import TypeAlias, TypeVar

    T = TypeVar("T")


class Readable:
    """Until `fd` has something to read, or its other end is gone; at most `at_most` seconds if given.

    A wait with `at_most` counts as over when that time is: the operation looks again by other means.
    """

    __slots__ = ("at_most", "fd")

    def __init__(self, fd: int, at_most: float | None = None) -> None:
        self.fd = fd
        self.at_most = at_most


class Writable:
    """Until `fd` takes bytes, or its other end is gone."""

    __slots__ = ("fd",)

    def __init__(self, fd: int) -> None:
        self.fd = fd


class Pause:
    """Until trying again makes sense, which no descriptor can tell: look again after `seconds`.

    A driver that may block its thread calls `block` instead, if there is one, with the seconds that are
    left (None: for ever); it returns, early or late, when the operation should look again.
    """

    __slots__ = ("block", "seconds")

    def __init__(self, seconds: float, block: Callable[[float | None], None] | None = None) -> None:
        self.seconds = seconds
        self.block = block


class Turn:
    """Until others have had a turn: an operation that never has to wait yields one now and then.

    A driver that has nothing else to run goes on at once.
    """

    __slots__ = ()


if TYPE_CHECKING:
    Wait: TypeAlias = Readable | Writable | Pause | Turn
    Op: TypeAlias = Generator[Wait, None, T]


def check_timeout(timeout: float | None) -> None:
    """Raise InvalidInput unless `timeout` is None or a number of seconds, zero or more."""
    # Written so that NaN fails too.
    if timeout is not None and not timeout >= 0:
        raise InvalidInput(None, f"timeout={timeout!r}: give seconds, 0 for never waiting, None for waiting for ever")


def out_of_time(timeout: float | None) -> IpcError:
    """The error for an operation that had `timeout` seconds and needed longer."""
    if not timeout:
        return WouldBlock(EAGAIN, "the call would have to wait, and timeout=0 forbids it; try again later")
    return TimedOut(None, f"not done within {timeout:g} s; the endpoint is unharmed, try again or give it longer")
