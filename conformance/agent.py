"""Start agents as real processes, cold or from a warm parent, and end them. The only module that does.

Every agent gets a session of its own, so that what it forks ends with it.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from conformance import shape

_START_SECONDS = 20.0
RUN_MARK = "IPC_CONFORMANCE_RUN"
_WARM_FD = "IPC_CONFORMANCE_WARM_FD"


class StartError(Exception):
    """An agent cannot be started; says which command and what to do."""


@dataclass(frozen=True, slots=True)
class Command:
    """How to run an agent."""

    name: str
    argv: tuple[str, ...]


class Process(Protocol):
    """One running agent: its pipes, and its end."""

    pid: int
    stdin: int
    stdout: int
    stderr: int

    def status(self, within: float) -> int | None:
        """Exit status, or minus the signal's number, if it ends within so many seconds."""
        ...

    def close_input(self) -> None:
        """Let it see the end of its input."""
        ...

    def kill(self) -> None:
        """End it and everything in its session, now."""
        ...

    def close(self) -> None:
        """Kill, reap, and let go of the pipes."""
        ...


class Launcher:
    """Starts fresh processes of one agent; from a warm parent where the agent has that."""

    def __init__(self, command: Command, run_mark: str, *, warm: bool) -> None:
        self.command = command
        self._environment = {**_environment(), RUN_MARK: run_mark}
        self._warm = warm
        self._parent: _WarmParent | None = None
        self._lock = threading.Lock()

    def launch(self) -> Process:
        """A fresh process; StartError when there can be none."""
        with self._lock:
            if self._warm and self._parent is None:
                self._parent = _WarmParent.start(self.command, self._environment)
                self._warm = self._parent is not None
            parent = self._parent
        if parent is not None:
            try:
                return parent.fork()
            except StartError:
                self._replace(parent)
                return self.launch()
        return _Cold(self.command, self._environment)

    def close(self) -> None:
        """End the warm parent, and with it all its children."""
        with self._lock:
            if self._parent is not None:
                self._parent.close()
                self._parent = None

    def _replace(self, broken: _WarmParent) -> None:
        with self._lock:
            if self._parent is broken:
                broken.close()
                self._parent = _WarmParent.start(self.command, self._environment)
                self._warm = self._parent is not None


class _Cold:
    """An agent started by running its command."""

    def __init__(self, command: Command, environment: Mapping[str, str]) -> None:
        pipe = subprocess.PIPE
        self._child = _popen(command, environment, stdin=pipe, stdout=pipe, stderr=pipe)
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        assert self._child.stderr is not None
        self.pid = self._child.pid
        self.stdin = self._child.stdin.fileno()
        self.stdout = self._child.stdout.fileno()
        self.stderr = self._child.stderr.fileno()

    def status(self, within: float) -> int | None:
        try:
            return self._child.wait(within)
        except subprocess.TimeoutExpired:
            return None

    def close_input(self) -> None:
        assert self._child.stdin is not None
        self._child.stdin.close()

    def kill(self) -> None:
        _kill_session(self.pid)

    def close(self) -> None:
        self.kill()
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout, self._child.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


class _WarmChild:
    """An agent forked by a warm parent."""

    def __init__(self, parent: _WarmParent, pid: int, pipes: _Pipes) -> None:
        self._parent = parent
        self.pid = pid
        self.stdin, self.stdout, self.stderr = pipes.ours
        self._open = set(pipes.ours)

    def status(self, within: float) -> int | None:
        return self._parent.ended(self.pid, within)

    def close_input(self) -> None:
        self._let_go(self.stdin)

    def kill(self) -> None:
        self._parent.kill(self.pid)
        _kill_session(self.pid)

    def close(self) -> None:
        self.kill()
        for descriptor in (self.stdin, self.stdout, self.stderr):
            self._let_go(descriptor)

    def _let_go(self, descriptor: int) -> None:
        if descriptor in self._open:
            self._open.discard(descriptor)
            os.close(descriptor)


class _Pipes:
    """Standard input, output and error for a child: our ends and its ends."""

    def __init__(self) -> None:
        made: list[int] = []
        try:
            for _ in range(3):
                made += os.pipe()
        except OSError:
            _close_all(made)
            raise
        in_r, in_w, out_r, out_w, err_r, err_w = made
        self.ours = (in_w, out_r, err_r)
        self.theirs = (in_r, out_w, err_w)


class _WarmParent:
    """A loaded agent that forks fresh ones; one is always asked for ahead of need."""

    def __init__(self, child: subprocess.Popen[bytes], control: socket.socket) -> None:
        self._child = child
        self._control = control
        self._lock = threading.Lock()
        self._buffer = b""
        self._forked: dict[int, int] = {}
        self._ended: dict[int, int] = {}
        self._ahead: deque[tuple[int, _Pipes]] = deque()
        self._number = 0
        self._closed = False

    @classmethod
    def start(cls, command: Command, environment: Mapping[str, str]) -> _WarmParent | None:
        """The parent, or None when the command turns out not to be one (run through ssh, say)."""
        ours, theirs = socket.socketpair()
        with theirs:
            child = _popen(
                command,
                {**environment, _WARM_FD: str(theirs.fileno())},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
            )
        parent = cls(child, ours)
        if parent._line(time.monotonic() + _START_SECONDS) == {"warm": 1}:
            parent._request()
            return parent
        parent.close()
        return None

    def fork(self) -> Process:
        """The process that was asked for ahead; asks for the next one."""
        with self._lock:
            if not self._ahead:
                self._request()
            self._request()
            number, pipes = self._ahead.popleft()
            deadline = time.monotonic() + _START_SECONDS
            while number not in self._forked:
                if not self._read(deadline):
                    _close_all(pipes.ours)
                    raise StartError(f"agent {self._child.args!r}: its warm parent ended or does not answer")
            return _WarmChild(self, self._forked.pop(number), pipes)

    def ended(self, pid: int, within: float) -> int | None:
        """The status of a child, if it ends within so many seconds."""
        deadline = time.monotonic() + within
        with self._lock:
            while pid not in self._ended:
                if not self._read(deadline):
                    return None
            return self._ended[pid]

    def kill(self, pid: int) -> None:
        """End a child and its session; the parent knows whether the number still is that child's."""
        with self._lock:
            if pid not in self._ended:
                with contextlib.suppress(OSError):
                    self._control.sendall(b'{"kill": %d, "signal": 9}\n' % pid)

    def close(self) -> None:
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._control.close()
            for _, pipes in self._ahead:
                _close_all(pipes.ours)
            self._ahead.clear()
        try:
            self._child.wait(5)
        except subprocess.TimeoutExpired:
            _kill_session(self._child.pid)
            self._child.wait()

    def _request(self) -> None:
        self._number += 1
        pipes = _Pipes()
        try:
            socket.send_fds(self._control, [b'{"fork": %d}\n' % self._number], pipes.theirs)
        except OSError as error:
            _close_all(pipes.ours)
            raise StartError(f"agent {self._child.args!r}: its warm parent has ended ({error})") from error
        finally:
            _close_all(pipes.theirs)
        self._ahead.append((self._number, pipes))

    def _read(self, deadline: float) -> bool:
        line = self._line(deadline)
        match line:
            case {"fork": int(number), "pid": int(pid)}:
                self._forked[number] = pid
                self._ended.pop(pid, None)  # process numbers come round again: within minutes where there are 32768
            case {"ended": int(pid), "status": int(status)}:
                self._ended[pid] = status
            case _:
                return False
        return True

    def _line(self, deadline: float) -> Mapping[str, object] | None:
        while b"\n" not in self._buffer:
            poll = select.poll()
            poll.register(self._control, select.POLLIN)
            if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
                return None
            try:
                more = self._control.recv(65536)
            except OSError:
                return None
            if not more:
                return None
            self._buffer += more
        raw, _, self._buffer = self._buffer.partition(b"\n")
        try:
            line: object = json.loads(raw)
        except ValueError:
            return None
        return shape.table(line)


def end_strays(run_mark: str) -> list[str]:
    """End every process that still carries the mark of this run; what they were.

    A process that left its agent's session keeps the environment that the agent was started with.
    """
    import psutil

    ended: list[str] = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.pid != os.getpid() and process.environ().get(RUN_MARK) == run_mark:
                ended.append(" ".join(process.cmdline()))
                process.kill()
    return ended


def _popen(
    command: Command,
    environment: Mapping[str, str],
    *,
    stdin: int,
    stdout: int,
    stderr: int,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command.argv, stdin=stdin, stdout=stdout, stderr=stderr, bufsize=0,
            env=dict(environment), start_new_session=True, pass_fds=pass_fds,
        )  # fmt: skip
    except OSError as error:
        raise StartError(
            f"agent {command.name}: {command.argv[0]!r} cannot be run ({error.strerror}); "
            "is the program there and executable?"
        ) from error


def _environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "PYTHON"))}


def _kill_session(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _close_all(descriptors: Sequence[int]) -> None:
    for descriptor in descriptors:
        with contextlib.suppress(OSError):
            os.close(descriptor)
