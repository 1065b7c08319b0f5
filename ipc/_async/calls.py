"""The calls that make endpoints, for the endpoint classes of one event loop."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "there are no endpoints on event loops on Windows yet"

from typing import Any, Generic, TypeVar

from ipc import _native
from ipc._async.ends import Receiver, Sender, Stream
from ipc._async.listener import Listener
from ipc.names import to_name
from ipc.types import LOCK_PATIENCE, ListenerOptions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ipc.names import AnyName

L = TypeVar("L", bound=Listener[Any])
R = TypeVar("R", bound=Receiver)
S = TypeVar("S", bound=Sender)
T = TypeVar("T", bound=Stream[Any, Any])


class Calls(Generic[T, L, R, S]):
    """One event loop's endpoint classes, and the calls that are made of them; its modules export the methods."""

    def __init__(self, stream: type[T], listener: type[L], receiver: type[R], sender: type[S]) -> None:
        self.stream = stream
        self.listener = listener
        self.receiver = receiver
        self.sender = sender
        self.driver = stream.driver

    async def listen(
        self,
        name: AnyName,
        *,
        backlog: int = 128,
        mode: int | None = None,
        reclaim: bool = True,
        overwrite: bool = False,
    ) -> L:
        """As ipc.listen. Only `overwrite` can wait, for others that overwrite a name in the same directory."""
        options = ListenerOptions(backlog, mode, reclaim, overwrite)
        return self.listener(await self.driver(passing=True).run(_native.listen(to_name(name), options), LOCK_PATIENCE))

    async def connect(self, name: AnyName, *, timeout: float | None = None) -> T:
        """As ipc.connect. A cancelled connect leaves nothing behind, here or at the server.

        While the server's queue is full, Linux has no event to wait for (connect(2), EAGAIN); so it is tried
        again after 1 ms, and then up to 20 ms apart. No thread is used.
        """
        return self.stream(await self.driver(passing=True).run(_native.connect(to_name(name)), timeout))

    def pipe(self, *, inheritable: bool = False) -> tuple[R, S]:
        """As ipc.pipe."""
        receiver, sender = _native.pipe(inheritable)
        return self.receiver(receiver), self.sender(sender)

    def reunite(self, receiver: R, sender: S) -> T:
        """As ipc.reunite. Tasks that wait in one of the halves get InvalidHandle."""
        whole = self.stream(_native.SocketEnd.reunite(receiver.native, sender.native))
        receiver.close()
        sender.close()
        return whole
