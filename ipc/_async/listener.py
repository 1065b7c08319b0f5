"""The listener on an event loop."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from ipc._async.ends import Awaited, Stream

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

    from ipc import types
    from ipc.names import Name

C = TypeVar("C", bound=Stream[Any, Any])


class Listener(Awaited, Generic[C]):
    """Where clients of a local socket arrive. Several processes may accept at once, and one task of each.

    `async for` yields a Stream for each client, for ever; an error ends the loop, and a new one goes on.
    """

    __slots__ = ("_arriving", "_listener")
    # What `accept` makes.
    client_class: type[C]

    def __init__(self, end: types.Listener) -> None:
        self.native = self._listener = end
        self._blocking = True
        self._arriving = self.driver()

    def _let_go(self) -> None:
        self._arriving.close()

    @property
    def name(self) -> Name | None:
        """The name it was made with; None for an adopted listener."""
        return self._listener.name

    @property
    def reclaim(self) -> bool:
        """Whether closing removes the socket file, if that is still this listener's; settable."""
        return self._listener.reclaim

    @reclaim.setter
    def reclaim(self, value: bool) -> None:
        self._listener.reclaim = value

    async def accept(self, timeout: float | None = None) -> C:
        """As ipc.Listener.accept. After a cancellation the client is still the next to be accepted."""
        return self.client_class(await self._arriving.run(self._listener.accept(), self._patience(timeout)))

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> C:
        return await self.accept()
