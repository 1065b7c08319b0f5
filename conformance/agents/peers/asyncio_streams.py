"""asyncio's streams: open_unix_connection, start_unix_server, and its pipes."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "asyncio has sockets of the Unix domain on POSIX only"

import asyncio
import os
import socket
import threading

from ..stdlib.failures import Failure
from .agent import main as serve
from .library import Channel, Listener

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from .library import How, Progress, Work

HOWS = {"recv": socket.SHUT_RD, "both": socket.SHUT_RDWR}
BUSY = "while another coroutine is already waiting for incoming data"


class Stream(Channel):
    """A reader, a writer, or both."""

    def __init__(self, reader: asyncio.StreamReader | None, writer: asyncio.StreamWriter | None, kind: str) -> None:
        self._reader = reader
        self._writer = writer
        self.kind = kind
        self._incoming: _Incoming | None = None

    async def recv(self, limit: int) -> bytes:
        if self._reader is None:
            raise Failure("invalid_handle", f"a {self.kind} cannot receive")
        return await self._reader.read(limit)

    async def send_all(self, data: bytes, _progress: Progress, /) -> None:
        if self._writer is None:
            raise Failure("invalid_handle", f"a {self.kind} cannot send")
        self._writer.write(data)
        await self._writer.drain()

    async def shutdown(self, how: How) -> None:
        if self._writer is None or self.kind != "stream":
            raise Failure("wrong_type", f"a {self.kind} has one direction only, there is no {how} to shut down")
        if how == "send":
            self._writer.write_eof()
        else:
            # asyncio's own socket object has this, for want of anything in its transports.
            self._writer.get_extra_info("socket").shutdown(HOWS[how])

    async def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            await self._writer.wait_closed()
        elif self._incoming is not None:
            await self._incoming.close()

    def keep(self, incoming: _Incoming) -> Stream:
        """A reader of a pipe has no writer that closes its transport."""
        self._incoming = incoming
        return self


class Server(Listener):
    """start_unix_server hands each connection to a callback; accepts take them from a queue.

    What is in the queue was not handed over to anybody, so closing closes it, and tells who waits.
    """

    def __init__(self) -> None:
        self._connections: asyncio.Queue[Stream | None] = asyncio.Queue()
        self.server: asyncio.Server | None = None

    def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.put_nowait(Stream(reader, writer, "stream"))

    async def accept(self) -> Channel:
        stream = await self._connections.get()
        if stream is None:
            self._connections.put_nowait(None)
            raise Failure("cancelled", "the server was closed")
        return stream

    async def close(self) -> None:
        assert self.server is not None
        self.server.close()
        while not self._connections.empty():
            stream = self._connections.get_nowait()
            if stream is not None:
                await stream.close()
        self._connections.put_nowait(None)


class Scope:
    """The cancellation of the task that enters it."""

    def __init__(self) -> None:
        self._task: asyncio.Task[object] | None = None
        self._called = False

    def cancel(self) -> None:
        assert self._task is not None
        self._called = True
        self._task.cancel()

    def __enter__(self) -> Scope:
        self._task = asyncio.current_task()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None, /
    ) -> bool:
        return self._called and isinstance(problem, asyncio.CancelledError)


class Streams:
    """The library as the agent sees it."""

    name = "asyncio-streams"
    version = ".".join(map(str, sys.version_info[:3]))
    homepage = "https://docs.python.org/3/library/asyncio-stream.html"
    capabilities: tuple[str, ...] = (
        *("local_socket.abstract",) * (sys.platform == "linux"),
        "unnamed_pipe", "fifo", "half_close",
        *("listener.reclaim",) * (sys.version_info >= (3, 13)),
    )  # fmt: skip
    cancelled: type[BaseException] = asyncio.CancelledError

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def run(self, main: Work) -> None:
        asyncio.run(main())

    def start(self, work: Work) -> None:
        task = asyncio.create_task(work())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def scope(self) -> Scope:
        return Scope()

    async def turn(self) -> None:
        await asyncio.sleep(0)

    async def readable(self, fd: int) -> None:
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        loop.add_reader(fd, readable.set)
        try:
            await readable.wait()
        finally:
            loop.remove_reader(fd)

    def explain(self, problem: Exception, /) -> tuple[str, OSError | None] | None:
        if isinstance(problem, RuntimeError) and BUSY in str(problem):
            return "busy", None
        if isinstance(problem, OSError) and problem.errno is None:
            # asyncio's own, as in ConnectionResetError("Connection lost").
            kinds: Mapping[type[OSError], str] = {ConnectionResetError: "reset", BrokenPipeError: "broken_pipe"}
            return kinds.get(type(problem), "other"), None
        return None

    async def listen(self, name: str, _options: Mapping[str, int], /) -> Listener:
        """Its backlog is not the length of a queue: the loop accepts whoever comes, wanted or not."""
        made = Server()
        made.server = await asyncio.start_unix_server(made.connected, name)
        return made

    async def connect(self, name: str) -> Channel:
        return Stream(*await asyncio.open_unix_connection(name), "stream")

    async def pipe(self) -> tuple[Channel, Channel]:
        receiver, sender = os.pipe()
        return await self._receiver(receiver), await self._sender(sender)

    async def open_fifo(self, path: str, end: str) -> Channel:
        """asyncio opens no files: a thread waits in open(2), as its documentation tells people to."""
        fd = await _opened(path, os.O_RDONLY if end == "receiver" else os.O_WRONLY)
        return await (self._receiver if end == "receiver" else self._sender)(fd)

    async def _receiver(self, fd: int) -> Stream:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        _, incoming = await loop.connect_read_pipe(lambda: _Incoming(reader), os.fdopen(fd, "rb", 0))
        return Stream(reader, None, "receiver").keep(incoming)

    async def _sender(self, fd: int) -> Stream:
        loop = asyncio.get_running_loop()
        transport, protocol = await loop.connect_write_pipe(_Flow, os.fdopen(fd, "wb", 0))
        return Stream(None, asyncio.StreamWriter(transport, protocol, None, loop), "sender")


class _Incoming(asyncio.StreamReaderProtocol):
    """Closes the transport of a pipe, which a reader alone cannot, and waits until it is."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        super().__init__(reader)
        self._lost = asyncio.Event()
        self._opened: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._opened = transport

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._lost.set()

    async def close(self) -> None:
        if self._opened is not None:
            self._opened.close()
            await self._lost.wait()


class _Flow(asyncio.streams.FlowControlMixin):
    """What a StreamWriter drains by; asyncio's own subprocesses write to their pipes with it."""

    def __init__(self) -> None:
        super().__init__()
        self._closed = asyncio.get_running_loop().create_future()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if not self._closed.done():
            self._closed.set_result(None)

    def _get_close_waiter(self, _stream: asyncio.StreamWriter) -> asyncio.Future[None]:
        return self._closed


async def _opened(path: str, flags: int) -> int:
    """Open on a thread; when nobody waits for it any more, what it opens is closed."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[int] = loop.create_future()

    def hand_over(fd: int, problem: Exception | None) -> None:
        if future.done():
            if problem is None:
                os.close(fd)
        elif problem is not None:
            future.set_exception(problem)
        else:
            future.set_result(fd)

    def work() -> None:
        fd = -1
        problem: Exception | None = None
        try:
            fd = os.open(path, flags)
        except (OSError, ValueError) as failed:
            problem = failed
        try:
            loop.call_soon_threadsafe(hand_over, fd, problem)
        except RuntimeError:
            # The loop has ended since.
            if problem is None:
                os.close(fd)

    threading.Thread(target=work, daemon=True).start()
    return await future


def main() -> None:
    serve(Streams())
