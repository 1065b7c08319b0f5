"""What the agents on an event loop ask of their libraries; a module for each fills it in.

Only what a library's user would write: no counting, no checking and no mending of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from types import TracebackType
from typing import Literal, Protocol

from ..stdlib.failures import KINDS

Work = Callable[[], Coroutine[object, object, None]]
How = Literal["send", "recv", "both"]
Progress = dict[str, object]
"""What a user of the library has in hand when an operation fails or is cancelled."""


def system_error(cause: BaseException | None) -> tuple[str, OSError | None]:
    """The system's error behind one of a library's own: its kind, and itself."""
    if isinstance(cause, OSError):
        return KINDS.get(cause.errno or 0, "other"), cause
    return "other", None


class Scope(Protocol):
    """A part of a task that can be cancelled on its own."""

    def __enter__(self) -> object: ...

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None, /
    ) -> bool | None: ...

    def cancel(self) -> object:
        """Raise the library's cancellation where the task waits."""


class Endpoint:
    """A handle's object; what a library lacks is declined."""

    kind = "endpoint"

    async def close(self) -> None:
        """Close it; again, if asked again."""
        raise NotImplementedError


class Channel(Endpoint):
    """A stream, or one end of a pipe."""

    async def recv(self, limit: int) -> bytes:
        """One receive; nothing is the end, unless nothing was asked for."""
        raise NotImplementedError

    async def send_all(self, data: bytes, progress: Progress, /) -> None:
        """Send everything; `progress["sent"]` is how much went, where the library says so."""
        raise NotImplementedError

    async def shutdown(self, how: How) -> None:
        """Shut down one direction or both."""
        raise NotImplementedError


class Listener(Endpoint):
    """A listener."""

    kind = "listener"

    async def accept(self) -> Channel:
        """The next connection."""
        raise NotImplementedError


class Library(Protocol):
    """One library: who it is, its loop and tasks, its endpoints."""

    name: str
    version: str
    homepage: str
    capabilities: tuple[str, ...]
    cancelled: type[BaseException]

    def run(self, main: Work) -> None:
        """Run a loop until `main` returns; ends what is still under way."""
        ...

    def start(self, work: Work) -> None:
        """Begin a task."""
        ...

    def scope(self) -> Scope:
        """A scope for the task that calls."""
        ...

    async def turn(self) -> None:
        """Let every task that can go on go one step."""
        ...

    async def readable(self, fd: int) -> None:
        """Wait until there is something to read."""
        ...

    def explain(self, problem: Exception, /) -> tuple[str, OSError | None] | None:
        """The kind of an error of the library's own, and the system's error behind it."""
        ...

    async def listen(self, name: str, options: Mapping[str, int], /) -> Listener:
        """Make a listener; options are backlog and mode, where they were given."""
        ...

    async def connect(self, name: str) -> Channel:
        """Connect."""
        ...

    async def pipe(self) -> tuple[Channel, Channel]:
        """Receiver and sender of a new pipe."""
        ...

    async def open_fifo(self, path: str, end: str) -> Channel:
        """The receiver or sender of a FIFO file."""
        ...
