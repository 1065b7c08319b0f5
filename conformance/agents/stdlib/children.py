"""This program once more, as a child by a real exec, and what it inherits."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "posix_spawn is POSIX"

import _thread
import os

from .endpoints import Endpoint
from .failures import Failure
from .handles import endpoint_for
from .passing import kind_of
from .values import count, mapping, text, texts
from .wire import decode, encode, lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .session import Args, Later, Reply, Session

PATIENCE_AT_THE_END = 5.0
SIGKILL, SIGPIPE = 9, 13
KINDS = ("stream", "listener", "receiver", "sender")

_marking = _thread.allocate_lock()


class Child(Endpoint):
    """A child and the two pipes to it. A thread reads its replies, which may come in any order."""

    kind = "child"

    def __init__(self, pid: int, requests: int, replies: int) -> None:
        super().__init__()
        self.pid = pid
        self._requests = requests
        self._replies = replies
        self._lock = _thread.allocate_lock()
        self._asked = 0
        self._answers: dict[int, Reply] = {}
        self._askers: dict[int, _thread.LockType] = {}
        self._ended = _thread.allocate_lock()
        self._ended.acquire()
        _thread.start_new_thread(self._read, ())

    def ask(self, request: dict[str, object]) -> Reply:
        answered = _thread.allocate_lock()
        answered.acquire()
        with self._lock:
            if self.closed:
                raise Failure("invalid_handle", "the child is closed")
            self._asked = number = self._asked + 1
            self._askers[number] = answered
            line = encode({**request, "id": number})
            try:
                while line:
                    line = line[os.write(self._requests, line) :]
            except BrokenPipeError:
                pass  # it has ended: its reader says so
        answered.acquire()
        with self._lock:
            reply = self._answers.pop(number, None)
        if reply is None:
            raise Failure("end", "the child ended without a reply")
        return reply

    def _read(self) -> None:
        try:
            for line in lines(self._replies):
                reply = decode(line)
                number = reply.pop("id", None)
                with self._lock:
                    asker = self._askers.pop(number, None) if isinstance(number, int) else None
                    if asker is not None and isinstance(number, int):
                        self._answers[number] = reply
                        asker.release()
        except (OSError, ValueError) as problem:
            os.write(2, f"child {self.pid}: {problem}\n".encode())
        with self._lock:
            self.closed = True
            for asker in self._askers.values():
                asker.release()
            self._askers.clear()
        self._ended.release()

    def close(self) -> None:
        """End of input asks it to exit; it is reaped, and killed first if it does not listen."""
        with self._lock:
            requests, self._requests = self._requests, -1
            if requests < 0:
                return
            os.close(requests)
        if not self._ended.acquire(timeout=PATIENCE_AT_THE_END):
            os.kill(self.pid, SIGKILL)
            self._ended.acquire()
        os.close(self._replies)
        os.waitpid(self.pid, 0)


def spawn(session: Session, args: Args) -> Reply:
    name = session.fresh(text(args, "as"))
    tokens = {each: session.named(each).fileno() for each in texts(args, "inherit")}
    if -1 in tokens.values():
        raise Failure("invalid_handle", "one of the handles has no descriptor")
    child_input, requests = os.pipe()
    replies, child_output = os.pipe()
    try:
        pid = _start(session.program, list(tokens.values()), child_input, child_output)
    except BaseException:
        os.close(requests)
        os.close(replies)
        raise
    finally:
        os.close(child_input)
        os.close(child_output)
    for each in tokens:
        session.named(each).shared = True
    child = Child(pid, requests, replies)
    session.add(name, child)
    # Linux lets the parent of a vfork go on before the child's close-on-exec descriptors are closed (fs/exec.c);
    # a child that answers has them behind it.
    child.ask({"op": "hello", "args": {"protocol": [1, 1], "role": "subject"}})
    return {"pid": pid, "tokens": tokens}


def _start(program: list[str], inherit: list[int], child_input: int, child_output: int) -> int:
    """The marks are on only while the child starts: the next one must not inherit what this one may."""
    actions = [(os.POSIX_SPAWN_DUP2, child_input, 0), (os.POSIX_SPAWN_DUP2, child_output, 1)]
    with _marking:
        try:
            for fd in inherit:
                os.set_inheritable(fd, True)
            return os.posix_spawn(
                program[0], program, os.environ, file_actions=actions, setsigmask=[], setsigdef=[SIGPIPE]
            )
        finally:
            for fd in inherit:
                os.set_inheritable(fd, False)


def ask(session: Session, args: Args) -> Later:
    child = session.endpoint(args, "child")
    if not isinstance(child, Child):
        raise Failure("wrong_type", f"a {child.kind} cannot be asked")
    request = mapping(args, "request")
    yield
    return {"reply": child.ask({"op": text(request, "op"), "args": request.get("args", {})})}


def adopt(session: Session, args: Args) -> Reply:
    name = session.fresh(text(args, "as"))
    fd, kind = count(args, "token"), text(args, "kind")
    if kind not in KINDS:
        raise Failure("invalid_input", f"kind is one of {', '.join(KINDS)}, not {kind!r}")
    if kind_of(fd) != kind:
        raise Failure("wrong_type", f"descriptor {fd} is a {kind_of(fd)}, not a {kind}")
    os.set_inheritable(fd, False)
    endpoint = endpoint_for(fd, kind)
    endpoint.shared = True
    session.add(name, endpoint)
    return {}
