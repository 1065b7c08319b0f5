"""The warm parent: loads everything once, then forks an agent for each request."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "a warm parent needs fork"

import array
import gc
import os
import select
import signal
import socket

from .wire import Malformed, from_line, to_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .wire import Reply

_INT = array.array("i").itemsize
_ROOM = socket.CMSG_LEN(64 * _INT)


class Parent:
    """Serves the socket until its end; a child runs `agent`, which does not return."""

    def __init__(self, fd: int, agent: Callable[[], None]) -> None:
        self._socket = socket.socket(fileno=fd)
        self._socket.set_inheritable(False)
        self._agent = agent
        self._pending = b""
        self._descriptors: list[int] = []
        self._children: set[int] = set()
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._wake, False)
        os.set_blocking(self._woken, False)

    def run(self) -> None:
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        # Forked children then do not copy what is loaded already, only because a collection looked at it.
        gc.freeze()
        self._tell({"warm": 1})
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        poll.register(self._woken, select.POLLIN)
        listening = True
        while listening:
            ready = [fd for fd, _ in poll.poll()]
            if self._woken in ready:
                self._reap()
            if self._socket.fileno() in ready:
                listening = self._receive()
        self._end()

    def _receive(self) -> bool:
        try:
            data, ancillary, _, _ = self._socket.recvmsg(65_536, _ROOM, getattr(socket, "MSG_CMSG_CLOEXEC", 0))
        except ConnectionResetError:
            # Linux: the harness left without reading all that it was told.
            return False
        for level, kind, content in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                numbers = array.array("i")
                numbers.frombytes(content[: len(content) // _INT * _INT])
                self._descriptors.extend(numbers)
        *lines, self._pending = (self._pending + data).split(b"\n")
        for line in lines:
            try:
                self._obey(from_line(line))
            except Malformed as error:
                os.write(2, f"warm parent: not a request, ignored: {error}\n".encode())
        return bool(data)

    def _obey(self, request: Reply) -> None:
        if "fork" in request:
            standard, self._descriptors = self._descriptors[:3], self._descriptors[3:]
            if len(standard) == 3:
                self._fork(request["fork"], standard)
        elif request.get("kill") in self._children:
            pid, number = request["kill"], request.get("signal")
            if isinstance(pid, int) and isinstance(number, int):
                os.kill(pid, number)

    def _fork(self, number: object, standard: list[int]) -> None:
        pid = os.fork()
        if pid == 0:
            self._become(standard)
        for descriptor in standard:
            os.close(descriptor)
        self._children.add(pid)
        self._tell({"fork": number, "pid": pid})

    def _become(self, standard: list[int]) -> None:
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            for target, descriptor in enumerate(standard):
                os.dup2(descriptor, target, inheritable=True)
            for descriptor in (*standard, *self._descriptors, self._woken, self._wake):
                os.close(descriptor)
            self._socket.close()
            self._agent()
        except SystemExit:
            # `die` with how=exit: out of the parent's frames, the way that an agent started cold leaves.
            raise
        except BaseException as error:  # noqa: BLE001 - a child must never serve as a parent
            os.write(2, f"a forked agent failed: {error!r}\n".encode())
        os._exit(70)

    def _reap(self) -> None:
        try:
            while os.read(self._woken, 4096):
                pass
        except BlockingIOError:
            pass
        while self._children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            self._children.discard(pid)
            self._tell({"ended": pid, "status": os.waitstatus_to_exitcode(status)})

    def _tell(self, message: Reply) -> None:
        try:
            self._socket.sendall(to_line(message))
        except OSError:
            # The harness has gone; the end of its input says the same, and is obeyed there.
            pass

    def _end(self) -> None:
        for pid in self._children:
            os.kill(pid, signal.SIGKILL)
        for pid in self._children:
            os.waitpid(pid, 0)
