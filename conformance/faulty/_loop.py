"""A correct agent on an event loop, out of the stdlib agent's endpoints, which never block, and asyncio's readiness.

Two rules make it safe to cancel: it waits before it takes anything and never after, and what it opened it closes.
"""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

import asyncio
import errno
import os
import select
from binascii import b2a_base64

from conformance.agents.peers import agent
from conformance.agents.peers.asyncio_streams import Streams
from conformance.agents.peers.library import Channel, Listener
from conformance.agents.stdlib import endpoints, fifo
from conformance.agents.stdlib.failures import Failure
from conformance.agents.stdlib.listening import bind, new_socket, try_connect
from conformance.agents.stdlib.names import address, fifo_path
from conformance.agents.stdlib.patience import poll

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeVar

    from conformance.agents.peers.library import Progress

    T = TypeVar("T")

PAUSE = 0.005
"""Seconds between looks where the system has nothing to wait for: a full queue, a FIFO without its other side."""

DEFAULT_BACKLOG = 128


class Watched:
    """An endpoint whose readiness the loop watches, for one caller in each direction."""

    def __init__(self, endpoint: endpoints.Endpoint) -> None:
        self.endpoint = endpoint
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._taken: set[str] = set()

    async def until(self, way: str, attempt: Callable[[], T]) -> T:
        """What `attempt` gives once it would not block; `way` is recv or send."""
        if way in self._taken:
            raise Failure("busy", f"another {way} is under way")
        self._taken.add(way)
        try:
            while True:
                # Before each attempt, also the first: a stream that always has data lets others have their turn.
                await asyncio.sleep(0)
                self.check()
                try:
                    return attempt()
                except BlockingIOError:
                    await self.ready(way)
        finally:
            self._taken.discard(way)

    def is_taken(self, way: str) -> bool:
        return way in self._taken

    def release(self, way: str) -> None:
        self._taken.discard(way)

    def is_ready(self) -> bool:
        return bool(poll(self.endpoint.fileno(), select.POLLIN, 0))

    def once_ready(self, act: Callable[[], object]) -> None:
        """Act when there is something to receive or accept, whoever waits for it by then."""
        loop, fd = asyncio.get_running_loop(), self.endpoint.fileno()

        def woken() -> None:
            loop.remove_reader(fd)
            act()

        loop.add_reader(fd, woken)

    def check(self) -> None:
        if self.endpoint.closed:
            raise Failure("cancelled", "the handle was closed while the operation waited")

    async def ready(self, way: str) -> None:
        loop, fd = asyncio.get_running_loop(), self.endpoint.fileno()
        self._waiting[way] = waiting = loop.create_future()
        (loop.add_reader if way == "recv" else loop.add_writer)(fd, _wake, waiting)
        try:
            await waiting
        finally:
            if self._waiting.pop(way, None) is waiting and not self.endpoint.closed:
                (loop.remove_reader if way == "recv" else loop.remove_writer)(fd)

    def close(self) -> None:
        loop = asyncio.get_running_loop()
        for way, waiting in list(self._waiting.items()):
            (loop.remove_reader if way == "recv" else loop.remove_writer)(self.endpoint.fileno())
            _wake(waiting)
        self.endpoint.close()


def _wake(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)


class Stream(Channel):
    """A stream, or one end of a pipe."""

    def __init__(self, endpoint: endpoints.Endpoint) -> None:
        self.watched = Watched(endpoint)
        self.kind = endpoint.kind

    async def recv(self, limit: int) -> bytes:
        return await self.watched.until("recv", lambda: self.watched.endpoint.try_recv(limit))

    async def send_all(self, data: bytes, progress: Progress, /) -> None:
        rest = memoryview(data)
        progress["sent"] = 0
        while rest:
            rest = rest[await self.send_some(rest) :]
            progress["sent"] = len(data) - len(rest)

    async def send_some(self, rest: memoryview) -> int:
        return await self.watched.until("send", lambda: self.watched.endpoint.try_send(rest))

    async def close(self) -> None:
        self.watched.close()


class Accepting(Listener):
    """A listener."""

    def __init__(self, endpoint: endpoints.Listener) -> None:
        self.watched = Watched(endpoint)
        self.listener = endpoint

    async def accept(self) -> Channel:
        return Stream(endpoints.Stream(await self.watched.until("recv", lambda: self.listener.try_accept(None))))

    async def close(self) -> None:
        self.watched.close()


class Loop(Streams):
    """The library as the agent sees it."""

    name = "loop"
    capabilities: tuple[str, ...] = ("unnamed_pipe", "fifo")

    def explain(self, _problem: Exception, /) -> tuple[str, OSError | None] | None:
        return None

    async def listen(self, name: str, _options: Mapping[str, int], /) -> Listener:
        sock = new_socket()
        try:
            claim = bind(sock, address(path_argument(name)), None, False)
            sock.listen(DEFAULT_BACKLOG)
        except BaseException:
            sock.close()
            raise
        if claim is not None:
            claim.reclaim = False
        return Accepting(endpoints.Listener(sock, claim))

    async def connect(self, name: str) -> Channel:
        where, sock = address(path_argument(name)), new_socket()
        try:
            while True:
                try:
                    try_connect(sock, where)
                    break
                except BlockingIOError:
                    await asyncio.sleep(PAUSE)
        except BaseException:
            sock.close()
            raise
        return Stream(endpoints.Stream(sock))

    async def pipe(self) -> tuple[Channel, Channel]:
        receiver, sender = os.pipe()
        return Stream(endpoints.PipeEnd(receiver, "receiver")), Stream(endpoints.PipeEnd(sender, "sender"))

    async def open_fifo(self, path: str, end: str) -> Channel:
        raw = fifo_path({"path": _wire(path)})
        return Stream(await (meet_sender if end == "receiver" else meet_receiver)(raw))


async def meet_sender(path: bytes) -> endpoints.PipeEnd:
    end = endpoints.PipeEnd(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "receiver")
    end.met = False
    try:
        # A sender that has come and gone shows as a hang-up.
        while not fifo.has_sender(end) and not poll(end.fd, select.POLLIN, 0):
            await asyncio.sleep(PAUSE)
    except BaseException:
        end.close()
        raise
    end.met = True
    return end


async def meet_receiver(path: bytes) -> endpoints.PipeEnd:
    while True:
        try:
            return endpoints.PipeEnd(os.open(path, os.O_WRONLY | os.O_NONBLOCK), "sender")
        except OSError as problem:
            if problem.errno != errno.ENXIO:
                raise
        await asyncio.sleep(PAUSE)


def path_argument(name: str) -> dict[str, object]:
    """As `names.address` wants it."""
    return {"name": {"kind": "path", **_wire(name)}}


def _wire(path: str) -> dict[str, object]:
    return {"base64": b2a_base64(os.fsencode(path), newline=False).decode()}


def main() -> None:
    agent.main(Loop())
