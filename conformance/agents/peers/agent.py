"""An agent on an event loop: each request that may wait is a task of its own, begun in the order of arrival."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "these agents need a POSIX system"

import gc
import os
from collections import deque

from ..stdlib import process
from ..stdlib.failures import Failure, describe
from ..stdlib.serve import PROTOCOL, WARM, platform, program
from ..stdlib.session import Session
from ..stdlib.values import mapping, numbers, text
from ..stdlib.wire import CHUNK, Replies, decode
from . import signals
from .operations import OPERATIONS
from .table import Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..stdlib.session import Args, Operation, Reply
    from .library import Library, Progress, Scope
    from .operations import Patient

AT_ONCE: Mapping[str, Operation] = {
    "die": process.die,
    "identity": process.identity,
    "resources": process.resources,
    "chdir": process.chdir,
    "set_umask": process.set_umask,
    "drop_privileges": process.drop_privileges,
    "exhaust_descriptors": process.exhaust_descriptors,
    "release_descriptors": process.release_descriptors,
    "on_signal": signals.on_signal,
    "signal_count": signals.signal_count,
}
EVERYWHERE = "local_socket local_socket.path async async.cancel async.end process signals"


def main(library: Library) -> None:
    words = program()
    warm = os.environ.pop(WARM, None)
    if warm is None:
        Agent(library, words).serve()
    else:
        from ..stdlib.warm import parent

        parent(int(warm), lambda: Agent(library, words).serve())


class Agent:
    """Requests in, replies out, one loop at a time."""

    def __init__(self, library: Library, words: list[str]) -> None:
        self._library = library
        self._replies = Replies(1)
        self._session = Session({}, self._replies, words)
        self._table = Table()
        self._scopes: dict[str, Scope] = {}
        self._requests: deque[Args] = deque()
        self._rest = b""
        self._ending: object = None

    def serve(self) -> None:
        """Serve standard input until its end; does not return."""
        while True:
            self._library.run(self.one_loop)
            self._table = Table()
            gc.collect()

    async def one_loop(self) -> None:
        """Serve until a loop is to end, and what is under way on it with it."""
        if self._ending is not None:
            self._reply(self._ending, {"ok": {}})
            self._ending = None
        while True:
            request = await self._next()
            op, identity = request.get("op"), request.get("id")
            if op == "end_loop":
                self._ending = identity
                return
            try:
                args = mapping(request, "args") if "args" in request else {}
                outcome = await self._answer(identity, text(request, "op"), args)
            except Exception as problem:  # noqa: BLE001 - whatever went wrong is what the reply says
                outcome = {"error": describe(problem)}
            if outcome is not None:
                self._reply(identity, outcome)
            if op == "bye":
                os._exit(0)

    async def _next(self) -> Args:
        while not self._requests:
            await self._library.readable(0)
            chunk = os.read(0, CHUNK)
            if not chunk:
                os._exit(0)
            *complete, self._rest = (self._rest + chunk).split(b"\n")
            for line in complete:
                try:
                    self._requests.append(decode(line))
                except (ValueError, RecursionError) as problem:
                    os.write(2, f"a request that cannot be read: {problem}\n".encode())
        return self._requests.popleft()

    async def _answer(self, identity: object, op: str, args: Args) -> Reply | None:
        """What is done at once is answered at once; what may wait answers for itself."""
        if op == "hello":
            return {"ok": self._hello(args)}
        if op == "bye":
            await self._table.close_all()
            return {"ok": {}}
        if op == "cancel":
            scope = self._scopes.get(text(args, "task"))
            if scope is not None:
                scope.cancel()
            return {"ok": {}}
        if op == "die" and text(args, "how") == "exit":
            os._exit(0)  # out of a task it would be a group of exceptions, and status 1
        if op in AT_ONCE:
            return {"ok": AT_ONCE[op](self._session, args)}
        patient = OPERATIONS.get(op)
        needs = "" if patient is None else patient.needs
        if patient is None or (needs and needs not in self._library.capabilities):
            raise Failure("unsupported", f"{self._library.name} has no operation {op!r}")
        if patient.waits and args.get("wait") is not None:
            raise Failure("unsupported", "every operation here waits as long as it takes, or until it is cancelled")
        self._library.start(lambda: self._perform(identity, patient, args))
        await self._library.turn()
        return None

    async def _perform(self, identity: object, patient: Patient, args: Args) -> None:
        name = args.get("task")
        progress: Progress = {}
        outcome: Reply
        scope = self._library.scope()
        with scope:
            if isinstance(name, str):
                self._scopes[name] = scope
            try:
                outcome = {"ok": await patient.play(self._library, self._table, args, progress)}
            except self._library.cancelled:
                told = {"kind": "cancelled", "native": None, "code": None, "message": "cancelled"}
                self._reply(identity, {"error": {**told, **progress}})
                raise
            except Exception as problem:  # noqa: BLE001 - whatever went wrong is what the reply says
                outcome = {"error": {**self._describe(problem), **progress}}
            finally:
                self._scopes.pop(str(name), None)
            self._reply(identity, outcome)

    def _describe(self, problem: Exception) -> Reply:
        if isinstance(problem, OSError) and problem.errno is None and str(problem) == "AF_UNIX path too long":
            return describe(Failure("name_too_long", str(problem)))  # CPython's own, before any system call
        explained = self._library.explain(problem)
        if explained is None:
            return describe(problem)
        kind, cause = explained
        return describe(Failure(kind, f"{type(problem).__name__}: {problem}", cause))

    def _reply(self, identity: object, outcome: Mapping[str, object]) -> None:
        self._replies.write({"id": identity, **outcome})

    def _hello(self, args: Args) -> Reply:
        lowest, highest = numbers(args, "protocol", 2)
        if not lowest <= PROTOCOL <= highest:
            raise Failure("unsupported", f"this agent speaks version {PROTOCOL} only")
        names = [*EVERYWHERE.split(), *self._library.capabilities]
        if os.geteuid() == 0:
            names.append("process.users")
        return {
            "protocol": PROTOCOL,
            "implementation": {
                "name": self._library.name,
                "version": self._library.version,
                "language": "Python",
                "homepage": self._library.homepage,
            },
            "platform": platform(),
            "capabilities": dict.fromkeys(names, True),
            "concurrent": True,
            "warm": True,
        }
