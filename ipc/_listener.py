"""The blocking listener."""

from __future__ import annotations

from ipc._ends import Blocking, Stream

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ipc import types
    from ipc.names import Name


class Listener(Blocking):
    """Where clients of a local socket arrive. Several threads, and several processes, may accept at once.

    Iterating yields a Stream for each client, for ever; an error ends the loop, and a new one goes on.
    """

    __slots__ = ("_listener",)

    def __init__(self, end: types.Listener) -> None:
        self.native = self._listener = end
        self._blocking = True

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

    def accept(self, timeout: float | None = None) -> Stream:
        """The next client, in the order in which they connected.

        The stream is in blocking mode and close-on-exec. A client that has left meanwhile still counts: its
        bytes can be read, then the end of the stream. Raises TimedOut, WouldBlock for timeout=0, Exhausted when
        no descriptor is left (the client keeps waiting, on Linux), InvalidHandle once closed.
        System calls: accept4 (accept and fcntl where there is none); poll. Source: accept(2).
        """
        return Stream(self._run(self._listener.accept(), timeout))

    def __iter__(self) -> Listener:
        return self

    def __next__(self) -> Stream:
        return self.accept()
