"""Start agents as real processes, cold or from a warm parent, and end them. The only module that does.

Every agent gets a session of its own, so that what it forks ends with it.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from weakref import WeakSet

from conformance import shape
from conformance.live.strays import RUN_MARK, end_group

_START_SECONDS = 20.0
_LINE_LIMIT = 1 << 16
WARM_FD = "IPC_CONFORMANCE_WARM_FD"


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
        self.run_mark = run_mark
        self._environment = {**_environment(), RUN_MARK: run_mark}
        self._warm = warm
        self._parent: _WarmParent | None = None
        self._cold: WeakSet[_Cold] = WeakSet()
        self._lock = threading.Lock()

    @property
    def warm(self) -> bool:
        """Whether processes come from a warm parent now."""
        return self._parent is not None

    def launch(self) -> Process:
        """A fresh process; StartError when there can be none."""
        for _ in range(2):
            parent = self._warm_parent()
            if parent is None:
                break
            try:
                return parent.fork()
            except StartError:
                self._drop(parent)
        else:
            # Two parents in a row that do not fork: the agent is what it is without one.
            self._warm = False
        cold = _Cold(self.command, self._environment)
        with self._lock:
            self._cold.add(cold)
        return cold

    def close(self) -> None:
        """End every process that was started and not closed yet, and the warm parent."""
        with self._lock:
            parent, self._parent = self._parent, None
            cold = [process for process in self._cold if process.status(0) is None]
        for process in cold:
            process.kill()
        if parent is not None:
            parent.close()

    def _warm_parent(self) -> _WarmParent | None:
        with self._lock:
            if self._warm and self._parent is None:
                self._parent = _WarmParent.start(self.command, self._environment)
                self._warm = self._parent is not None
            return self._parent

    def _drop(self, broken: _WarmParent) -> None:
        with self._lock:
            if self._parent is not broken:
                return
            self._parent = None
        broken.close()


class _Cold:
    """An agent started by running its command."""

    def __init__(self, command: Command, environment: Mapping[str, str]) -> None:
        pipe = subprocess.PIPE
        self._child = _popen(command, environment, stdin=pipe, stdout=pipe, stderr=pipe)
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        assert self._child.stderr is not None
        self.pid = self._child.pid
        self._mark = environment[RUN_MARK]
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
        if self._child.poll() is None:
            _kill_session(self.pid)
        else:
            end_group(self.pid, self._mark)

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
        if self._parent.kill(self.pid):
            _kill_session(self.pid)
        else:
            end_group(self.pid, self._parent.run_mark)

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
    """A loaded agent that forks fresh ones; one is always asked for ahead of need.

    One thread hears what it says, so that nobody who waits for one child holds up who waits for another.
    """

    def __init__(self, child: subprocess.Popen[bytes], control: socket.socket, run_mark: str) -> None:
        self.run_mark = run_mark
        self._child = child
        self._control = control
        self._news = threading.Condition()
        self._warm = False
        self._gone = False
        self._forked: dict[int, int] = {}
        self._ended: dict[int, int] = {}
        self._ahead: deque[tuple[int, _Pipes]] = deque()
        self._number = 0
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    @classmethod
    def start(cls, command: Command, environment: Mapping[str, str]) -> _WarmParent | None:
        """The parent, or None when the command turns out not to be one (run through ssh, say)."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                child = _popen(
                    command,
                    {**environment, WARM_FD: str(theirs.fileno())},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=(theirs.fileno(),),
                )
            except StartError:
                ours.close()
                raise
        parent = cls(child, ours, environment[RUN_MARK])
        with parent._news:
            parent._news.wait_for(lambda: parent._warm or parent._gone, _START_SECONDS)
        if parent._warm:
            return parent
        parent.close()
        return None

    def fork(self) -> Process:
        """The process that was asked for ahead; asks for the next one."""
        with self._news:
            if not self._ahead:
                self._request()
            self._request()
            number, pipes = self._ahead.popleft()
            self._news.wait_for(lambda: number in self._forked or self._gone, _START_SECONDS)
            if self._gone or number not in self._forked:
                # A child of a dead parent would serve, but nobody could tell how it ended.
                _close_all(pipes.ours)
                raise StartError(f"agent {self._child.args!r}: its warm parent ended or does not answer")
            return _WarmChild(self, self._forked.pop(number), pipes)

    def ended(self, pid: int, within: float) -> int | None:
        """The status of a child, if it ends within so many seconds."""
        with self._news:
            self._news.wait_for(lambda: pid in self._ended or self._gone, within)
            return self._ended.get(pid)

    def kill(self, pid: int) -> bool:
        """Have the parent end a child; False when it has told that the child ended, and its number may be another's."""
        with self._news:
            if pid in self._ended:
                return False
            with contextlib.suppress(OSError):
                self._control.sendall(b'{"kill": %d, "signal": 9}\n' % pid)
            return True

    def close(self) -> None:
        """End the parent; a second time there is nothing left to do."""
        with self._news:
            for _, pipes in self._ahead:
                _close_all(pipes.ours)
            self._ahead.clear()
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)
        self._listener.join()
        self._control.close()
        try:
            self._child.wait(5)
        except subprocess.TimeoutExpired:
            _kill_session(self._child.pid)
            self._child.wait()

    def _request(self) -> None:
        self._number += 1
        pipes = _Pipes()
        try:
            if sys.platform != "win32":
                socket.send_fds(self._control, [b'{"fork": %d}\n' % self._number], pipes.theirs)
        except OSError as error:
            _close_all(pipes.ours)
            raise StartError(f"agent {self._child.args!r}: its warm parent has ended ({error})") from error
        finally:
            _close_all(pipes.theirs)
        self._ahead.append((self._number, pipes))

    def _listen(self) -> None:
        rest = b""
        with contextlib.suppress(OSError, ValueError):
            while len(rest) < _LINE_LIMIT and (more := self._control.recv(65536)):
                *lines, rest = (rest + more).split(b"\n")
                with self._news:
                    for line in lines:
                        self._hear(shape.table(json.loads(line)) or {})
                    self._news.notify_all()
        with self._news:
            self._gone = True
            self._news.notify_all()

    def _hear(self, line: Mapping[str, object]) -> None:
        match line:
            case {"warm": 1}:
                self._warm = True
            case {"fork": int(number), "pid": int(pid)}:
                self._ended.pop(pid, None)  # that was an earlier child, whose number the system has given out again
                self._forked[number] = pid
            case {"ended": int(pid), "status": int(status)}:
                self._ended[pid] = status
            case _:
                raise ValueError("a warm parent says nothing of the kind")


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
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def _close_all(descriptors: Sequence[int]) -> None:
    for descriptor in descriptors:
        with contextlib.suppress(OSError):
            os.close(descriptor)
