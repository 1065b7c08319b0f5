"""What one agent process knows: its handles, its replies, its threads."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "the endpoints of a session are POSIX"

import _thread

from .endpoints import Endpoint
from .failures import Failure, describe
from .values import mapping, text
from .wire import Replies

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    Args = dict[str, object]
    Reply = dict[str, object]
    Later = Generator[None, None, Reply]
    Operation = Callable[["Session", Args], "Reply | Later"]

STACK = 512 * 1024


class Session:
    """`operations` maps names to functions; one that returns a generator may have to wait (see patience)."""

    def __init__(self, operations: dict[str, Operation], replies: Replies, program: list[str]) -> None:
        self.operations = operations
        self.replies = replies
        self.program = program
        self.ended = False
        self.at_end: Callable[[], None] = self.close_all
        self._open: dict[str, Endpoint] = {}
        self._closed: dict[str, Endpoint] = {}
        self._waiting = 0
        self._lock = _thread.allocate_lock()
        self.on_thread_start: list[Callable[[], None]] = []
        _thread.stack_size(STACK)

    @property
    def threads(self) -> int:
        """The main one, and one for each operation that waits; one that has replied is as good as ended."""
        return 1 + self._waiting

    def fresh(self, name: str) -> str:
        if name in self._open:
            raise Failure("invalid_input", f"the handle {name!r} exists already; close it first")
        return name

    def add(self, name: str, endpoint: Endpoint) -> None:
        if self._open.setdefault(name, endpoint) is not endpoint:
            endpoint.close()
            self.fresh(name)
        self._closed.pop(name, None)

    def endpoint(self, args: Args, key: str) -> Endpoint:
        return self.named(text(args, key))

    def named(self, name: str) -> Endpoint:
        found = self._open.get(name)
        if found is None:
            raise Failure("invalid_handle", f"no open handle is called {name!r}")
        return found

    def remove(self, name: str) -> Endpoint:
        """Take the name away from its endpoint, which goes on."""
        endpoint = self.named(name)
        del self._open[name]
        return endpoint

    def retire(self, name: str) -> Endpoint:
        """Take the name away, and remember the endpoint for those who close twice."""
        self._closed[name] = endpoint = self.remove(name)
        return endpoint

    def retired(self, name: str) -> Endpoint | None:
        return self._closed.get(name)

    def close_all(self) -> None:
        for name in list(self._open):
            try:
                self.retire(name).close()
            except (OSError, Failure):
                continue

    def serve(self, request: Args) -> None:
        """Run one request: at once if it need not wait, else on a thread of its own."""
        identity = request.get("id")
        outcome: Reply
        try:
            args = mapping(request, "args") if "args" in request else {}
            result = self._operation(text(request, "op"))(self, args)
            if not isinstance(result, dict):
                next(result)
                self._start(identity, result, self._open.get(str(args.get("on"))))
                return
            outcome = {"ok": result}
        except StopIteration as done:
            outcome = {"ok": done.value}
        except Exception as problem:  # noqa: BLE001 - whatever went wrong is what the reply says
            outcome = {"error": describe(problem)}
        self.reply(identity, outcome)

    def _operation(self, name: str) -> Operation:
        operation = self.operations.get(name)
        if operation is None:
            raise Failure("unsupported", f"this agent has no operation {name!r}")
        return operation

    def reply(self, identity: object, outcome: dict[str, object]) -> None:
        self.replies.write({"id": identity, **outcome})

    def _start(self, identity: object, rest: Later, endpoint: Endpoint | None) -> None:
        with self._lock:
            self._waiting += 1
            if endpoint is not None:
                endpoint.busy += 1
        try:
            _thread.start_new_thread(self._finish, (identity, rest, endpoint))
        except RuntimeError as problem:
            self._done(endpoint)
            raise Failure("exhausted", str(problem)) from None

    def _finish(self, identity: object, rest: Later, endpoint: Endpoint | None) -> None:
        for prepare in self.on_thread_start:
            prepare()
        outcome: dict[str, object]
        try:
            while True:
                next(rest)
        except StopIteration as done:
            outcome = {"ok": done.value}
        except Exception as problem:  # noqa: BLE001 - whatever went wrong is what the reply says
            outcome = {"error": describe(problem)}
        self._done(endpoint)
        self.reply(identity, outcome)

    def _done(self, endpoint: Endpoint | None) -> None:
        with self._lock:
            self._waiting -= 1
            if endpoint is not None:
                endpoint.busy -= 1
