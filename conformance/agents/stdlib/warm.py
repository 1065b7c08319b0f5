"""The warm parent: loaded once, it forks an agent for each request on its socket, and says when one has ended."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "fork is POSIX"

import _socket
import gc
import os
import select
import signal

from .wire import decode, encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

CHUNK = 65536
STANDARD = 3
ROOM = 16 * STANDARD


def parent(fd: int, serve: Callable[[], None]) -> None:
    """Serve until the socket ends, then kill what still runs. In a forked child `serve` runs instead."""
    _load_what_comes_late()
    os.set_inheritable(fd, False)
    sock = _socket.socket(fileno=fd)
    bell = _Bell()
    # What is loaded now is never garbage: a collection in a child would only copy its pages.
    gc.collect()
    gc.freeze()
    _say(sock, {"warm": 1})
    running = _Nursery(sock, bell)
    while running.step():
        pass
    if running.is_child:
        serve()
        return
    running.kill_all()


def _load_what_comes_late() -> None:
    """What a cold agent imports only where it is needed, a forked one has from the start."""
    for name in ("fcntl", "resource", f"{__package__}.witness"):
        __import__(name)


def _say(sock: _socket.socket, message: dict[str, object]) -> None:
    try:
        sock.sendall(encode(message))
    except OSError:
        # The harness has gone. The end of the socket says the same, and there the children are ended.
        pass


def _nothing(_number: int, _frame: object) -> None:
    """The bell has rung already."""


class _Bell:
    """Rings for SIGCHLD, on a descriptor that can be polled."""

    def __init__(self) -> None:
        self.reader, self.writer = _socket.socketpair()
        self.reader.setblocking(False)
        self.writer.setblocking(False)
        signal.set_wakeup_fd(self.writer.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, _nothing)

    def quiet(self) -> None:
        try:
            while self.reader.recv(CHUNK):
                pass
        except BlockingIOError:
            pass

    def remove(self) -> None:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self.reader.close()
        self.writer.close()


class _Nursery:
    """The children that run. In a child, after the fork, `is_child` is true and the parent's things are closed."""

    def __init__(self, sock: _socket.socket, bell: _Bell) -> None:
        self.is_child = False
        self._sock = sock
        self._bell = bell
        self._pids: set[int] = set()
        self._rest = b""
        self._standards: list[int] = []
        self._poll = select.poll()
        self._poll.register(sock.fileno(), select.POLLIN)
        self._poll.register(bell.reader.fileno(), select.POLLIN)

    def step(self) -> bool:
        """One round; False at the end of the socket, and in a child."""
        ready = [fd for fd, _ in self._poll.poll()]
        if self._bell.reader.fileno() in ready:
            self._bell.quiet()
            self._reap()
        return self._sock.fileno() not in ready or self._read()

    def _reap(self) -> None:
        for pid in list(self._pids):
            found, status = os.waitpid(pid, os.WNOHANG)
            if found:
                self._pids.discard(pid)
                _say(self._sock, {"ended": pid, "status": os.waitstatus_to_exitcode(status)})

    def _read(self) -> bool:
        # Descriptors come no later than the first byte of the line that they belong to (unix(7)).
        try:
            data, ancillary, _, _ = self._sock.recvmsg(CHUNK, _socket.CMSG_SPACE(ROOM * 4), _cloexec())
        except ConnectionResetError:
            # Linux: the harness left without reading all that it was told.
            return False
        for _, _, content in ancillary:
            self._standards += memoryview(content[: len(content) // 4 * 4]).cast("i").tolist()
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._obey(decode(line))
            if self.is_child:
                return False
        return bool(data)

    def _obey(self, order: dict[str, object]) -> None:
        if "fork" in order:
            self._fork(order["fork"])
        elif "kill" in order:
            pid, number = order["kill"], order.get("signal", signal.SIGKILL)
            if isinstance(pid, int) and isinstance(number, int) and pid in self._pids:
                os.kill(pid, number)

    def _fork(self, number: object) -> None:
        mine, self._standards = self._standards[:STANDARD], self._standards[STANDARD:]
        if len(mine) < STANDARD:
            _say(self._sock, {"fork": number, "error": "three descriptors have to come with it"})
        elif pid := os.fork():
            self._pids.add(pid)
            for fd in mine:
                os.close(fd)
            _say(self._sock, {"fork": number, "pid": pid})
        else:
            self._become_child(mine)

    def _become_child(self, standards: list[int]) -> None:
        self.is_child = True
        self._bell.remove()
        self._sock.close()
        for target, fd in enumerate(standards):
            os.dup2(fd, target)
        for fd in [*standards, *self._standards]:
            os.close(fd)
        os.setsid()

    def kill_all(self) -> None:
        for pid in self._pids:
            for kill in (os.killpg, os.kill):
                try:
                    kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
        for pid in self._pids:
            os.waitpid(pid, 0)


def _cloexec() -> int:
    return getattr(_socket, "MSG_CMSG_CLOEXEC", 0)
