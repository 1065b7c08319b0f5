"""trio: its sockets and SocketStream, and FdStream for pipes."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "trio has sockets of the Unix domain on POSIX only"

import os
import socket

import trio

from ..stdlib.failures import Failure
from .agent import main as serve
from .library import Channel, Listener, system_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .library import How, Progress, Work

# What listen(2) is given by trio's own open_tcp_listeners.
BACKLOG = 0xFFFF
HOWS = {"recv": socket.SHUT_RD, "both": socket.SHUT_RDWR}


class Stream(Channel):
    """A SocketStream."""

    kind = "stream"

    def __init__(self, stream: trio.SocketStream) -> None:
        self._stream = stream

    async def recv(self, limit: int) -> bytes:
        return bytes(await self._stream.receive_some(limit))

    async def send_all(self, data: bytes, _progress: Progress, /) -> None:
        await self._stream.send_all(data)

    async def shutdown(self, how: How) -> None:
        if how == "send":
            await self._stream.send_eof()
        else:
            self._stream.socket.shutdown(HOWS[how])

    async def close(self) -> None:
        await self._stream.aclose()


class End(Channel):
    """One end of a pipe."""

    def __init__(self, fd: int, kind: str) -> None:
        self._stream = trio.lowlevel.FdStream(fd)
        self.kind = kind

    async def recv(self, limit: int) -> bytes:
        return bytes(await self._stream.receive_some(limit))

    async def send_all(self, data: bytes, _progress: Progress, /) -> None:
        await self._stream.send_all(data)

    async def shutdown(self, how: How) -> None:
        raise Failure("wrong_type", f"a {self.kind} has one direction only, there is no {how} to shut down")

    async def close(self) -> None:
        await self._stream.aclose()


class Sockets(Listener):
    """A SocketListener."""

    def __init__(self, listener: trio.SocketListener) -> None:
        self._listener = listener

    async def accept(self) -> Channel:
        return Stream(await self._listener.accept())

    async def close(self) -> None:
        await self._listener.aclose()


class Trio:
    """The library as the agent sees it."""

    name = "trio"
    version = trio.__version__
    homepage = "https://trio.readthedocs.io/en/stable/reference-io.html"
    capabilities = (
        *("local_socket.abstract",) * (sys.platform == "linux"),
        "unnamed_pipe", "fifo", "half_close", "listener.backlog",
    )  # fmt: skip
    cancelled: type[BaseException] = trio.Cancelled

    def __init__(self) -> None:
        self._nursery: trio.Nursery | None = None

    def run(self, main: Work) -> None:
        trio.run(self._run, main)

    async def _run(self, main: Work) -> None:
        async with trio.open_nursery() as nursery:
            self._nursery = nursery
            await main()
            nursery.cancel_scope.cancel()

    def start(self, work: Work) -> None:
        assert self._nursery is not None
        self._nursery.start_soon(work)

    def scope(self) -> trio.CancelScope:
        return trio.CancelScope()

    async def turn(self) -> None:
        await trio.lowlevel.checkpoint()

    async def readable(self, fd: int) -> None:
        await trio.lowlevel.wait_readable(fd)

    def explain(self, problem: Exception, /) -> tuple[str, OSError | None] | None:
        match problem:
            case trio.BusyResourceError():
                return "busy", None
            case trio.ClosedResourceError():
                return "invalid_handle", None
            case trio.BrokenResourceError():
                return system_error(problem.__cause__)
            case _:
                return None

    async def listen(self, name: str, options: Mapping[str, int]) -> Listener:
        sock = trio.socket.socket(socket.AF_UNIX)
        try:
            await sock.bind(name)
            sock.listen(options.get("backlog", BACKLOG))
        except BaseException:
            sock.close()
            raise
        return Sockets(trio.SocketListener(sock))

    async def connect(self, name: str) -> Channel:
        return Stream(await trio.open_unix_socket(name))

    async def pipe(self) -> tuple[Channel, Channel]:
        receiver, sender = os.pipe()
        return End(receiver, "receiver"), End(sender, "sender")

    async def open_fifo(self, path: str, end: str) -> Channel:
        """trio opens files on a thread, which a cancellation leaves to itself."""
        flags = os.O_RDONLY if end == "receiver" else os.O_WRONLY
        return End(await trio.to_thread.run_sync(os.open, path, flags, abandon_on_cancel=True), end)


def main() -> None:
    serve(Trio())
