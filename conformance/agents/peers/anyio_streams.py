"""anyio on asyncio: connect_unix and create_unix_listener."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "anyio has sockets of the Unix domain on POSIX only"

import socket
from importlib.metadata import version

import anyio
import anyio.abc
import anyio.lowlevel

from .agent import main as serve
from .library import Channel, Listener, system_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .library import How, Progress, Work

# What anyio takes where nothing is said.
BACKLOG = 65536
HOWS = {"recv": socket.SHUT_RD, "both": socket.SHUT_RDWR}


class Stream(Channel):
    """A UNIXSocketStream; its end is an exception."""

    kind = "stream"

    def __init__(self, stream: anyio.abc.SocketStream) -> None:
        self._stream = stream

    async def recv(self, limit: int) -> bytes:
        try:
            return await self._stream.receive(limit)
        except anyio.EndOfStream:
            return b""

    async def send_all(self, data: bytes, _progress: Progress, /) -> None:
        await self._stream.send(data)

    async def shutdown(self, how: How) -> None:
        if how == "send":
            await self._stream.send_eof()
        else:
            self._stream.extra(anyio.abc.SocketAttribute.raw_socket).shutdown(HOWS[how])

    async def close(self) -> None:
        await self._stream.aclose()


class Sockets(Listener):
    """A UNIXSocketListener, one connection an accept."""

    def __init__(self, listener: anyio.abc.SocketListener) -> None:
        self._listener = listener

    async def accept(self) -> Channel:
        return Stream(await self._listener.accept())

    async def close(self) -> None:
        await self._listener.aclose()


class Anyio:
    """The library as the agent sees it."""

    name = "anyio"
    version = version("anyio")
    homepage = "https://anyio.readthedocs.io/en/stable/networking.html"
    capabilities = (
        *("local_socket.abstract",) * (sys.platform == "linux"),
        "half_close", "listener.backlog", "listener.mode",
    )  # fmt: skip

    def __init__(self) -> None:
        # asyncio's, and known without a loop.
        import asyncio

        self.cancelled: type[BaseException] = asyncio.CancelledError
        self._tasks: anyio.abc.TaskGroup | None = None

    def run(self, main: Work) -> None:
        anyio.run(self._run, main)

    async def _run(self, main: Work) -> None:
        async with anyio.create_task_group() as tasks:
            self._tasks = tasks
            await main()
            tasks.cancel_scope.cancel()

    def start(self, work: Work) -> None:
        assert self._tasks is not None
        self._tasks.start_soon(work)

    def scope(self) -> anyio.CancelScope:
        return anyio.CancelScope()

    async def turn(self) -> None:
        await anyio.lowlevel.checkpoint()

    async def readable(self, fd: int) -> None:
        await anyio.wait_readable(fd)

    def explain(self, problem: Exception, /) -> tuple[str, OSError | None] | None:
        match problem:
            case anyio.BusyResourceError():
                return "busy", None
            case anyio.ClosedResourceError():
                return "invalid_handle", None
            case anyio.BrokenResourceError():
                return system_error(problem.__cause__)
            case _:
                return None

    async def listen(self, name: str, options: Mapping[str, int]) -> Listener:
        made = await anyio.create_unix_listener(name, mode=options.get("mode"), backlog=options.get("backlog", BACKLOG))
        assert isinstance(made, anyio.abc.SocketListener)
        return Sockets(made)

    async def connect(self, name: str) -> Channel:
        return Stream(await anyio.connect_unix(name))

    async def pipe(self) -> tuple[Channel, Channel]:
        raise NotImplementedError("anyio has no pipes")

    async def open_fifo(self, path: str, end: str) -> Channel:
        raise NotImplementedError("anyio has no FIFO files")


def main() -> None:
    serve(Anyio())
