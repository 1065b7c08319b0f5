"""The C floor's conversation over a local socket, as event loops and multiprocessing.connection have it.

usage: loops_talk.py WHO ping|stream COUNT DIRECTORY
Prints the seconds of both processes' processor time that COUNT round trips of 64 bytes, or COUNT chunks of 64 KiB one
way, took: without what importing and starting the loop takes.
"""

from __future__ import annotations

import os
import socket
import struct
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

assert sys.platform != "win32", "the floors fork, which Windows cannot"

MESSAGE = 64
CHUNK = 65536

Recv = Callable[[int], Awaitable[bytes]]
SendAll = Callable[[bytes], Awaitable[object]]
Run = Callable[[Coroutine[Any, Any, float]], float]
# Given its end of the connection: how to run its loop, and what to run.
Contender = Callable[[socket.socket, "Talk"], float]


class Talk:
    """One process's part, and how much processor time it took."""

    def __init__(self, is_child: bool, kind: str, count: int) -> None:
        self._is_child = is_child
        self._kind = kind
        self._count = count

    async def over(self, recv: Recv, send_all: SendAll) -> float:
        message, chunk = bytes(MESSAGE), bytes(CHUNK)
        if self._is_child:
            await send_all(b"\0")
        else:
            await exactly(recv, 1)
        begin = time.process_time()
        if self._kind == "stream" and not self._is_child:
            await exactly(recv, self._count * CHUNK)
        else:
            for _ in range(self._count):
                if self._kind == "stream":
                    await send_all(chunk)
                elif self._is_child:
                    await exactly(recv, MESSAGE)
                    await send_all(message)
                else:
                    await send_all(message)
                    await exactly(recv, MESSAGE)
        seconds = time.process_time() - begin
        # Whoever keeps what it sends in a buffer of its own needs its loop until the other side has it all.
        if self._is_child:
            await exactly(recv, 1)
        else:
            await send_all(b"\0")
        return seconds


async def exactly(recv: Recv, size: int) -> None:
    while size > 0:
        data = await recv(min(size, CHUNK))
        if not data:
            raise EOFError("the other process ended in the middle")
        size -= len(data)


def ipc_aio(sock: socket.socket, talk: Talk, run: Run | None = None) -> float:
    import asyncio

    from ipc.aio import posix

    async def main() -> float:
        with posix.adopt_stream(sock.detach()) as stream:
            return await talk.over(stream.recv, stream.send_all)

    return (run or asyncio.run)(main())


def ipc_aio_uvloop(sock: socket.socket, talk: Talk) -> float:
    import uvloop

    return ipc_aio(sock, talk, uvloop.run)


def ipc_trio(sock: socket.socket, talk: Talk) -> float:
    import trio

    from ipc.trio import posix

    async def main() -> float:
        with posix.adopt_stream(sock.detach()) as stream:
            return await talk.over(stream.recv, stream.send_all)

    return trio.run(main)


def asyncio_streams(sock: socket.socket, talk: Talk, run: Run | None = None) -> float:
    import asyncio

    async def main() -> float:
        reader, writer = await asyncio.open_unix_connection(sock=sock)

        async def send_all(data: bytes) -> None:
            writer.write(data)
            await writer.drain()

        seconds = await talk.over(reader.read, send_all)
        writer.close()
        await writer.wait_closed()
        return seconds

    return (run or asyncio.run)(main())


def uvloop_streams(sock: socket.socket, talk: Talk) -> float:
    import uvloop

    return asyncio_streams(sock, talk, uvloop.run)


def trio_streams(sock: socket.socket, talk: Talk) -> float:
    import trio

    async def main() -> float:
        stream = trio.SocketStream(trio.socket.from_stdlib_socket(sock))
        async with stream:
            return await talk.over(stream.receive_some, stream.send_all)

    return trio.run(main)


def anyio(sock: socket.socket, talk: Talk, backend: str = "asyncio") -> float:
    import anyio
    import anyio.abc

    async def main() -> float:
        async with await anyio.abc.UNIXSocketStream.from_socket(sock) as stream:
            return await talk.over(stream.receive, stream.send)

    return anyio.run(main, backend=backend)


def anyio_trio(sock: socket.socket, talk: Talk) -> float:
    return anyio(sock, talk, "trio")


def multiprocessing_connection(sock: socket.socket, talk: Talk) -> float:
    from multiprocessing.connection import Connection

    with Connection(sock.detach()) as connection:

        async def recv(_size: int) -> bytes:
            return connection.recv_bytes()

        async def send_all(data: bytes) -> None:
            connection.send_bytes(data)

        # Nothing in it waits for a loop; it is stepped here.
        try:
            talk.over(recv, send_all).send(None)
        except StopIteration as done:
            seconds: float = done.value
            return seconds
        raise AssertionError("a conversation that blocks has waited for an event loop")


# `loops` compares these, by name.
CONTENDERS: dict[str, Contender] = {
    "ipc.aio": ipc_aio,
    "ipc.aio-uvloop": ipc_aio_uvloop,
    "ipc.trio": ipc_trio,
    "asyncio-streams": asyncio_streams,
    "uvloop-streams": uvloop_streams,
    "trio-streams": trio_streams,
    "anyio-asyncio": anyio,
    "anyio-trio": anyio_trio,
    "multiprocessing": multiprocessing_connection,
}


def main(who: str, kind: str, count: int, directory: Path) -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    reading, writing = os.pipe()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(directory / "there"))
        listener.listen(1)
        pid = os.fork()
        if pid == 0:
            client = socket.socket(socket.AF_UNIX)
            client.connect(str(directory / "there"))
            os.write(writing, struct.pack("d", CONTENDERS[who](client, Talk(True, kind, count))))
            os._exit(0)
        server, _ = listener.accept()
    (directory / "there").unlink()
    seconds = CONTENDERS[who](server, Talk(False, kind, count))
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if status != 0:
        raise SystemExit(f"loops_talk.py: the other process ended with status {status}")
    print(seconds + struct.unpack("d", os.read(reading, 8))[0])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
