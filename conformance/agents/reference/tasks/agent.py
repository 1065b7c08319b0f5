"""One agent process whose operations are tasks on one event loop at a time."""

from __future__ import annotations

import gc
import os
import sys
import threading

assert sys.platform != "win32", "the reference agent needs a POSIX system"

from ..agent import Process
from ..arguments import Arguments
from ..fifo import make_fifo
from ..greeting import hello_of_tasks
from ..inheriting import inheritable
from ..owning import close, duplicate, get_blocking, set_blocking, split
from ..surroundings import (
    chdir,
    die,
    drop_privileges,
    exhaust_descriptors,
    identity,
    on_signal,
    release_descriptors,
    resources,
    set_umask,
    signal_count,
)
from ..table import Table
from ..trouble import Refused, to_error
from ..wire import Malformed, Output, from_line
from . import operations
from .chosen import Loop, api

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any, TypeAlias

    from ipc.aio import Listener, Receiver, Sender, Stream

    from ..wire import Reply
    from .operations import Progress

    AtOnce: TypeAlias = Callable[["TaskAgent", Arguments], Reply]
    Awaited: TypeAlias = Callable[["TaskAgent", Arguments, Progress], Coroutine[Any, Any, Reply]]


def _hello(agent: TaskAgent, arguments: Arguments) -> Reply:
    return hello_of_tasks(agent, arguments, api.__name__)


def _bye(agent: TaskAgent, _arguments: Arguments) -> Reply:
    agent.table.close_all()
    return {}


def _cancel(agent: TaskAgent, arguments: Arguments) -> Reply:
    scope = agent.scopes.get(arguments.text("task"))
    if scope is not None:
        scope.cancel()
    return {}


AT_ONCE: dict[str, AtOnce] = {
    "hello": _hello,
    "bye": _bye,
    "cancel": _cancel,
    "die": die,
    "pipe": operations.pipe,
    "make_fifo": make_fifo,
    "close": close,
    "shutdown": operations.shutdown,
    "duplicate": duplicate,
    "split": split,
    "unsplit": operations.unsplit,
    "peer_credentials": operations.peer_credentials,
    "set_blocking": set_blocking,
    "get_blocking": get_blocking,
    "inheritable": inheritable,
    "adopt": operations.adopt,
    "identity": identity,
    "resources": resources,
    "chdir": chdir,
    "set_umask": set_umask,
    "drop_privileges": drop_privileges,
    "exhaust_descriptors": exhaust_descriptors,
    "release_descriptors": release_descriptors,
    "on_signal": on_signal,
    "signal_count": signal_count,
}

AWAITED: dict[str, Awaited] = {
    "listen": operations.listen,
    "accept": operations.accept,
    "connect": operations.connect,
    "open_fifo": operations.open_fifo,
    "send": operations.send,
    "send_all": operations.send_all,
    "recv": operations.recv,
    "recv_exact": operations.recv_exact,
    "recv_to_end": operations.recv_to_end,
    "send_descriptors": operations.send_descriptors,
    "recv_descriptors": operations.recv_descriptors,
    "spawn": operations.spawn,
    "ask": operations.ask,
}


def _new_table() -> Table[Stream, Receiver, Sender, Listener]:
    return Table(api.Stream, api.Receiver, api.Sender, api.Listener)


class TaskAgent(Process):
    """What every operation can reach; and the requests, which are begun in the order of their arrival."""

    def __init__(self, program: list[str], output: Output) -> None:
        super().__init__(program, output)
        self.loop = Loop()
        self.table = _new_table()
        self.scopes: dict[str, Any] = {}
        self._pending = b""
        self._lines: list[bytes] = []
        self._ending: object = None
        self._leaving = False

    def threads(self) -> int:
        # trio and the children's readers have threads that the module threading does not know.
        tasks = "/proc/self/task"
        return len(os.listdir(tasks)) if os.path.isdir(tasks) else threading.active_count()

    def exit_as_usual(self) -> None:
        raise SystemExit(0)

    def serve(self) -> None:
        """Serve standard input until its end; does not return."""
        while True:
            self.loop.run(self._serve_one_loop)
            if self._leaving:
                sys.exit(0)
            # With the handles go their endpoints, as in any program that keeps nothing.
            self.table = _new_table()
            gc.collect()

    async def _serve_one_loop(self) -> None:
        ending, self._ending = self._ending, None
        if ending is not None:
            self._reply({"id": ending, "ok": {}})
        while True:
            request = await self._next()
            op, number = request.get("op"), request.get("id")
            if op == "end_loop":
                self._ending = number
                return
            name = op if isinstance(op, str) else ""
            awaited = AWAITED.get(name)
            if awaited is not None:
                self._begin(awaited, request)
                await self.loop.turn()
                continue
            try:
                self._carry_out(AT_ONCE.get(name, _declined), request)
            except SystemExit:
                # Out of the loop first: trio would have it in a group of exceptions.
                self._leaving = True
                return
            if name == "bye":
                os._exit(0)

    async def _next(self) -> Reply:
        while True:
            while self._lines:
                try:
                    return from_line(self._lines.pop(0))
                except Malformed as error:
                    os.write(2, f"reference agent: not a request, ignored: {error}\n".encode())
            await self.loop.readable(0)
            piece = os.read(0, 65_536)
            if not piece:
                self.table.close_all()
                os._exit(0)
            *self._lines, self._pending = (self._pending + piece).split(b"\n")

    def _carry_out(self, operation: AtOnce, request: Reply) -> None:
        reply: Reply = {"id": request.get("id")}
        try:
            reply["ok"] = operation(self, Arguments(request.get("args")))
        except Malformed as problem:
            reply["error"] = to_error(Refused("invalid_input", f"args: {problem}"))
        except Exception as problem:  # noqa: BLE001 -- whatever it is, the harness is to hear of it
            reply["error"] = to_error(problem)
        self._reply(reply)

    def _begin(self, operation: Awaited, request: Reply) -> None:
        """Start a task. Its scope is there before it, so that it can be cancelled before its first step."""
        scope = self.loop.scope()
        name = _task_name(request)
        if name:
            self.scopes[name] = scope
        self.loop.start(lambda: self._perform(operation, request, scope, name))

    async def _perform(self, operation: Awaited, request: Reply, scope: Any, name: str) -> None:
        reply: Reply = {"id": request.get("id")}
        progress: Progress = {}
        with scope:
            try:
                reply["ok"] = await operation(self, Arguments(request.get("args")), progress)
            except self.loop.cancelled:
                reply["error"] = {**to_error(Refused("cancelled", "cancelled")), **progress}
                raise
            except Malformed as problem:
                reply["error"] = to_error(Refused("invalid_input", f"args: {problem}"))
            except Exception as problem:  # noqa: BLE001
                reply["error"] = to_error(problem)
            finally:
                self.scopes.pop(name, None)
                self._reply(reply)

    def _reply(self, reply: Reply) -> None:
        try:
            self.output.put(reply)
        except OSError:
            # Nobody listens any more.
            os._exit(0)


def _task_name(request: Reply) -> str:
    try:
        name = Arguments(request.get("args")).raw("task")
    except Malformed:
        return ""
    return name if isinstance(name, str) else ""


def _declined(_agent: TaskAgent, _arguments: Arguments) -> Reply:
    raise Refused("unsupported", "this agent has no such operation")


def serve(program: list[str]) -> None:
    """Serve standard input and output until their end; does not return."""
    TaskAgent(program, Output(1)).serve()
