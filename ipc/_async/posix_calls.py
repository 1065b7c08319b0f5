"""The calls that only POSIX systems have, for the endpoint classes of one event loop."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "ipc._async.posix_calls is for POSIX systems"

from typing import Generic

from ipc._async.calls import Calls, L, R, S, T
from ipc._posix import adopting, fifo
from ipc._posix.credentials import peer_credentials
from ipc._posix.descriptors import recv_descriptors, send_descriptors
from ipc._posix.half_close import shutdown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from ipc._posix.fifo import AnyPath
    from ipc.types import HasFileno, PeerCredentials, ReadableBuffer, ReceivedDescriptors


class PosixCalls(Generic[T, L, R, S]):
    """What `Calls` is to `ipc`, this is to `ipc.posix`."""

    def __init__(self, calls: Calls[T, L, R, S]) -> None:
        self._of = calls

    async def open_fifo_receiver(self, path: AnyPath, timeout: float | None = None) -> R:
        """As ipc.posix.open_fifo_receiver; here every wait looks for a sender up to 40 times a second."""
        raw = fifo.raw_path(path)
        if timeout == 0:
            return self._of.receiver(fifo.open_receiver_alone(raw))
        return self._of.receiver(await self._of.driver(passing=True).run(fifo.open_receiver(raw), timeout))

    async def open_fifo_sender(self, path: AnyPath, timeout: float | None = None) -> S:
        """As ipc.posix.open_fifo_sender; here every wait looks for a receiver up to 40 times a second."""
        raw = fifo.raw_path(path)
        return self._of.sender(await self._of.driver(passing=True).run(fifo.open_sender(raw), timeout))

    def shutdown(self, stream: T | R | S, how: Literal["recv", "send", "both"]) -> None:
        """As ipc.posix.shutdown. Tasks that wait in that direction get what it has come to."""
        shutdown(stream.native, how)

    def peer_credentials(self, stream: T) -> PeerCredentials:
        """As ipc.posix.peer_credentials."""
        return peer_credentials(stream.native)

    async def send_descriptors(
        self,
        stream: T | S,
        descriptors: Sequence[int | HasFileno],
        data: ReadableBuffer,
        timeout: float | None = None,
    ) -> int:
        """As ipc.posix.send_descriptors. A cancelled call has sent nothing."""
        return await stream.send_by(send_descriptors(stream.native, descriptors, data), timeout)

    async def recv_descriptors(
        self, stream: T | R, max_bytes: int, max_descriptors: int, timeout: float | None = None
    ) -> ReceivedDescriptors:
        """As ipc.posix.recv_descriptors. A cancelled call has consumed nothing, and no descriptor."""
        op = recv_descriptors(stream.native, max_bytes, max_descriptors)
        return await stream.receive_by(op, timeout)

    def adopt_stream(self, descriptor: int) -> T:
        """As ipc.posix.adopt_stream."""
        return self._of.stream(adopting.adopt_stream(descriptor))

    def adopt_listener(self, descriptor: int) -> L:
        """As ipc.posix.adopt_listener."""
        return self._of.listener(adopting.adopt_listener(descriptor))

    def adopt_receiver(self, descriptor: int) -> R:
        """As ipc.posix.adopt_receiver."""
        return self._of.receiver(adopting.adopt_receiver(descriptor))

    def adopt_sender(self, descriptor: int) -> S:
        """As ipc.posix.adopt_sender."""
        return self._of.sender(adopting.adopt_sender(descriptor))
