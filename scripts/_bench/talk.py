"""The C floor's conversation in Python: over raw sockets and descriptors, or over `ipc`.

usage: talk.py raw|ipc|deadlines ping|stream local_socket|unnamed_pipe|fifo COUNT DIRECTORY
Prints the seconds of both processes' processor time that COUNT round trips of 64 bytes, or COUNT chunks of 64 KiB one
way, took. `deadlines` is `ipc` with a timeout on every call.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

assert sys.platform != "win32", "the floors fork, which Windows cannot"

DEADLINE = 30.0
MESSAGE = 64
CHUNK = 65536


@dataclass(frozen=True, slots=True)
class Ends:
    """How one process receives at most so many bytes and sends all of some."""

    recv: Callable[[int], bytes]
    send_all: Callable[[bytes], object]


def raw_ends(primitive: str, directory: Path) -> tuple[int, Ends]:
    """Fork; return the child's id (0 in the child) and this process's ends."""
    there, back = directory / "there", directory / "back"
    match primitive:
        case "local_socket":
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(str(there))
            listener.listen(1)
            pid = os.fork()
            if pid == 0:
                stream = socket.socket(socket.AF_UNIX)
                stream.connect(str(there))
            else:
                stream, _ = listener.accept()
                there.unlink()
            return pid, Ends(stream.recv, stream.sendall)
        case "unnamed_pipe":
            to_child, to_parent = os.pipe(), os.pipe()
            pid = os.fork()
            return pid, _on_descriptors(*((to_child[0], to_parent[1]) if pid == 0 else (to_parent[0], to_child[1])))
        case "fifo":
            os.mkfifo(there)
            os.mkfifo(back)
            pid = os.fork()
            if pid == 0:
                return pid, _on_descriptors(os.open(there, os.O_RDONLY), os.open(back, os.O_WRONLY))
            sender, receiver = os.open(there, os.O_WRONLY), os.open(back, os.O_RDONLY)
            there.unlink()
            back.unlink()
            return pid, _on_descriptors(receiver, sender)
        case _:
            raise SystemExit(f"talk.py: no primitive {primitive}")


def ipc_ends(primitive: str, directory: Path) -> tuple[int, Ends]:
    """The same over `ipc`."""
    # Agents find it beside themselves in the same way: nothing is installed for them.
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    import ipc
    from ipc import posix

    there, back = directory / "there", directory / "back"
    match primitive:
        case "local_socket":
            listener = ipc.listen(there, reclaim=False)
            pid = os.fork()
            stream = ipc.connect(there) if pid == 0 else listener.accept()
            listener.close()
            if pid != 0:
                there.unlink()
            return pid, Ends(stream.recv, stream.send_all)
        case "unnamed_pipe":
            (child_receiver, sender), (receiver, child_sender) = ipc.pipe(), ipc.pipe()
            pid = os.fork()
            unused = (sender, receiver) if pid == 0 else (child_sender, child_receiver)
            for end in unused:
                end.close()
            return pid, Ends(child_receiver.recv, child_sender.send_all) if pid == 0 else Ends(
                receiver.recv, sender.send_all
            )
        case "fifo":
            posix.make_fifo(there)
            posix.make_fifo(back)
            pid = os.fork()
            if pid == 0:
                receiver, sender = posix.open_fifo_receiver(there), posix.open_fifo_sender(back)
            else:
                sender, receiver = posix.open_fifo_sender(there), posix.open_fifo_receiver(back)
                there.unlink()
                back.unlink()
            return pid, Ends(receiver.recv, sender.send_all)
        case _:
            raise SystemExit(f"talk.py: no primitive {primitive}")


def _on_descriptors(receiver: int, sender: int) -> Ends:
    def send_all(data: bytes) -> None:
        while data:
            data = data[os.write(sender, data) :]

    return Ends(lambda size: os.read(receiver, size), send_all)


def deadline_ends(primitive: str, directory: Path) -> tuple[int, Ends]:
    """Those of `ipc`, under a deadline in each call."""
    pid, ends = ipc_ends(primitive, directory)
    recv: Callable[[int, float], bytes] = ends.recv  # type: ignore[assignment]
    send_all: Callable[[bytes, float], object] = ends.send_all  # type: ignore[assignment]
    return pid, Ends(lambda size: recv(size, DEADLINE), lambda data: send_all(data, DEADLINE))


def parent(kind: str, ends: Ends, count: int) -> None:
    message = bytes(MESSAGE)
    if kind == "ping":
        for _ in range(count):
            ends.send_all(message)
            exactly(ends, MESSAGE)
    else:
        exactly(ends, count * CHUNK)


def child(kind: str, ends: Ends, count: int) -> None:
    message, chunk = bytes(MESSAGE), bytes(CHUNK)
    ends.send_all(b"\0")
    for _ in range(count):
        if kind == "ping":
            exactly(ends, MESSAGE)
            ends.send_all(message)
        else:
            ends.send_all(chunk)


def exactly(ends: Ends, size: int) -> None:
    while size > 0:
        data = ends.recv(min(size, CHUNK))
        if not data:
            raise EOFError("the other process ended in the middle")
        size -= len(data)


def main(who: str, kind: str, primitive: str, count: int, directory: Path) -> None:
    makers = {"raw": raw_ends, "ipc": ipc_ends, "deadlines": deadline_ends}
    pid, ends = makers[who](primitive, directory)
    if pid == 0:
        child(kind, ends, count)
        os._exit(0)
    exactly(ends, 1)
    begin = time.process_time()
    parent(kind, ends, count)
    seconds = time.process_time() - begin
    _, status, theirs = os.wait4(pid, 0)
    if status != 0:
        raise SystemExit(f"talk.py: the other process ended with status {os.waitstatus_to_exitcode(status)}")
    # The child began at the fork, so that all of its time is for the conversation.
    print(seconds + theirs.ru_utime + theirs.ru_stime)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), Path(sys.argv[5]))
