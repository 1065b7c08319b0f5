"""Typed calls: what a scenario can ask of an agent, of its endpoints and of the witness.

Every method is one operation of the agent protocol; PROTOCOL.md says what it does.
`wait` is None (as long as it takes), "try", "ready", a deadline in milliseconds, or CASE: what the case's mode says.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal, TypeVar

from conformance import shape
from conformance.payload import Data, Pattern, received, wire
from conformance.transport import Broken

T = TypeVar("T")


class Default(Enum):
    """Stands for what the case's mode says."""

    CASE = "case"


CASE: Final = Default.CASE
Wait = Literal["try", "ready"] | int | None | Literal[Default.CASE]
Result = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Name:
    """The name of an endpoint: kind path, abstract or namespaced."""

    kind: str
    value: str | bytes

    def wire(self) -> Result:
        """As an agent is told."""
        if isinstance(self.value, bytes):
            return {"kind": self.kind, "base64": b64encode(self.value).decode()}
        return {"kind": self.kind, "text": self.value}


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who is at the other end; None is unknown."""

    pid: int | None
    uid: int | None
    gid: int | None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who an agent is."""

    pid: int
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Resources:
    """What an agent's process holds."""

    descriptors: int
    threads: int


@dataclass(frozen=True, slots=True)
class Stat:
    """What the witness sees at a path; type "none" is nothing."""

    type: str
    mode: int
    size: int
    inode: int


@dataclass(frozen=True, slots=True)
class Received:
    """Data and descriptors that arrived together; `ends` are the descriptors as endpoints."""

    data: Data
    ends: tuple[End, ...]
    truncated: bool


class Caller:
    """Performs one operation for a party: sends, waits, parses."""

    def perform(self, party: Party, op: str, args: Result, parse: Callable[[Result, float], T]) -> T:
        """The parsed value of one operation; Failure when the agent says that it failed."""
        raise NotImplementedError

    def handle(self) -> str:
        """A handle name that this case has not used yet."""
        raise NotImplementedError

    def wait(self, wait: Wait) -> Result:
        """The `wait` argument for a request."""
        raise NotImplementedError


class Party:
    """One agent's process in a case."""

    def __init__(self, caller: Caller, role: str) -> None:
        self.caller = caller
        self.role = role

    def call(self, op: str, args: Result, parse: Callable[[Result, float], T]) -> T:
        """One operation: its value as `parse` reads it."""

        def checked(value: Result, elapsed_ms: float) -> T:
            try:
                return parse(value, elapsed_ms)
            except (KeyError, TypeError, ValueError) as error:
                raise Broken(self.role, f"the reply to {op} does not fit the protocol: {error!r}") from error

        return self.caller.perform(self, op, args, checked)

    def route(self, op: str, args: Result) -> tuple[str, str, Result]:
        """Role, operation and arguments that reach this party; a child is reached through its parent."""
        return self.role, op, args

    def unwrap(self, value: Result) -> tuple[Result | None, Result | None]:
        """This party's `ok` or `error` in the value that came back over its route."""
        return value, None

    def _make(self, op: str, args: Result) -> End:
        handle = self.caller.handle()
        return self.call(op, {**args, "as": handle}, lambda value, ms: End(self, handle, ms))

    def listen(
        self,
        name: Name,
        *,
        backlog: int | None = None,
        mode: int | None = None,
        reclaim: bool | None = None,
        overwrite: bool | None = None,
    ) -> Listener:
        """Make a listener."""
        options = {"backlog": backlog, "mode": mode, "reclaim": reclaim, "overwrite": overwrite}
        given = {key: value for key, value in options.items() if value is not None}
        handle = self.caller.handle()
        args = {"as": handle, "name": name.wire(), **given}
        return self.call("listen", args, lambda value, ms: Listener(self, handle, ms))

    def connect(self, name: Name, *, wait: Wait = CASE) -> End:
        """Connect to a listener."""
        return self._make("connect", {"name": name.wire(), **self.caller.wait(wait)})

    def pipe(self) -> tuple[End, End]:
        """An unnamed pipe: its receiver and its sender."""
        receiver, sender = self.caller.handle(), self.caller.handle()
        return self.call(
            "pipe",
            {"receiver": receiver, "sender": sender},
            lambda value, ms: (End(self, receiver, ms), End(self, sender, ms)),
        )

    def make_fifo(self, path: Name, *, mode: int | None = None) -> None:
        """Make a FIFO special file."""
        given = {} if mode is None else {"mode": mode}
        self.call("make_fifo", {"path": path.wire(), **given}, nothing)

    def open_fifo(self, path: Name, end: Literal["receiver", "sender"], *, wait: Wait = CASE) -> End:
        """Open one end of a FIFO."""
        return self._make("open_fifo", {"path": path.wire(), "end": end, **self.caller.wait(wait)})

    def unsplit(self, receiver: End, sender: End) -> End:
        """Put the halves of a stream together again."""
        return self._make("unsplit", {"receiver": receiver.handle, "sender": sender.handle})

    def spawn(self, *inherit: End) -> Child:
        """Run the agent's program once more, by a real exec, handing it `inherit` and nothing else."""
        handle = self.caller.handle()
        args = {"as": handle, "inherit": [end.handle for end in inherit]}
        return self.call("spawn", args, lambda value, ms: Child(self, handle, value))

    def adopt(self, token: int, kind: str) -> End:
        """An endpoint from an inherited descriptor; kind: stream, listener, receiver, sender."""
        return self._make("adopt", {"token": token, "kind": kind})

    def adopt_listener(self, token: int) -> Listener:
        """A listener from an inherited descriptor."""
        handle = self.caller.handle()
        args = {"as": handle, "token": token, "kind": "listener"}
        return self.call("adopt", args, lambda value, ms: Listener(self, handle, ms))

    def end_loop(self) -> None:
        """End the event loop with everything open; it goes on with a new one."""
        self.call("end_loop", {}, nothing)

    def identity(self) -> Identity:
        """Process, user and group."""
        return self.call("identity", {}, lambda v, ms: Identity(whole(v, "pid"), whole(v, "uid"), whole(v, "gid")))

    def resources(self) -> Resources:
        """Descriptors and threads of the process."""
        return self.call("resources", {}, lambda v, ms: Resources(whole(v, "descriptors"), whole(v, "threads")))

    def chdir(self, path: str) -> None:
        """Change the working directory."""
        self.call("chdir", {"path": path}, nothing)

    def set_umask(self, mask: int) -> None:
        """Change the file mode creation mask."""
        self.call("set_umask", {"mask": mask}, nothing)

    def drop_privileges(self) -> None:
        """Become an unprivileged user where the agent is not one yet."""
        self.call("drop_privileges", {}, nothing)

    def exhaust_descriptors(self, spare: int) -> None:
        """Leave room for exactly `spare` more descriptors."""
        self.call("exhaust_descriptors", {"spare": spare}, nothing)

    def release_descriptors(self) -> None:
        """Undo `exhaust_descriptors`."""
        self.call("release_descriptors", {}, nothing)

    def on_signal(self, signal: Literal["USR1", "PIPE"], action: Literal["count", "default", "ignore"]) -> None:
        """Choose what a signal does."""
        self.call("on_signal", {"signal": signal, "action": action}, nothing)

    def signal_count(self, signal: Literal["USR1", "PIPE"]) -> int:
        """How many of a counted signal have arrived."""
        return self.call("signal_count", {"signal": signal}, lambda value, ms: whole(value, "count"))


class Child(Party):
    """A process that an agent spawned; its calls are relayed by the parent."""

    def __init__(self, parent: Party, handle: str, value: Result) -> None:
        super().__init__(parent.caller, parent.role)
        self._parent = parent
        self._handle = handle
        tokens = shape.table(value["tokens"])
        if tokens is None:
            raise TypeError("tokens is to be an object")
        self.pid = whole(value, "pid")
        self._tokens: Mapping[str, object] = tokens

    def token(self, end: End) -> int:
        """The descriptor number under which `end` was handed over."""
        return whole(self._tokens, end.handle)

    def route(self, op: str, args: Result) -> tuple[str, str, Result]:
        return self._parent.route("ask", {"child": self._handle, "request": {"op": op, "args": args}})

    def unwrap(self, value: Result) -> tuple[Result | None, Result | None]:
        relayed, failed = self._parent.unwrap(value)
        if relayed is None:
            return None, failed
        reply = shape.table(relayed.get("reply")) or {}
        ok, error = shape.table(reply.get("ok")), shape.table(reply.get("error"))
        if (ok is None) == (error is None):
            raise Broken(self.role, f"a relayed reply is to have ok or error, not {reply!r}")
        return ok, error

    def end(self) -> None:
        """Close the child's input and wait until it has exited."""
        self._parent.call("close", {"on": self._handle}, nothing)


class End:
    """A stream, or one end of a pipe or FIFO, in one agent."""

    def __init__(self, party: Party, handle: str, elapsed_ms: float = 0.0) -> None:
        self.party = party
        self.handle = handle
        self.elapsed_ms = elapsed_ms

    def _do(self, op: str, args: Result, parse: Callable[[Result, float], T]) -> T:
        return self.party.call(op, {"on": self.handle, **args}, parse)

    def _waiting(self, wait: Wait) -> Result:
        return self.party.caller.wait(wait)

    def send(self, data: Pattern | bytes, *, wait: Wait = CASE) -> int:
        """One send; how many bytes went."""
        return self._do("send", {"data": wire(data), **self._waiting(wait)}, lambda v, ms: whole(v, "sent"))

    def send_all(self, data: Pattern | bytes, *, wait: Wait = CASE) -> int:
        """Send everything; how many bytes went."""
        return self._do("send_all", {"data": wire(data), **self._waiting(wait)}, lambda v, ms: whole(v, "sent"))

    def recv(self, maximum: int, *, wait: Wait = CASE) -> Data:
        """One receive."""
        return self._do("recv", {"max": maximum, **self._waiting(wait)}, received)

    def recv_exact(self, length: int, *, wait: Wait = CASE) -> Data:
        """Receive exactly `length` bytes."""
        return self._do("recv_exact", {"length": length, **self._waiting(wait)}, received)

    def recv_to_end(self, *, wait: Wait = CASE) -> Data:
        """Receive until the stream ends."""
        return self._do("recv_to_end", self._waiting(wait), received)

    def close(self) -> None:
        """Close the endpoint."""
        self._do("close", {}, nothing)

    def close_again(self) -> None:
        """Have the implementation itself close an endpoint that is closed already."""
        self._do("close", {"again": True}, nothing)

    def shutdown(self, how: Literal["send", "recv", "both"]) -> None:
        """Shut down one direction or both."""
        self._do("shutdown", {"how": how}, nothing)

    def duplicate(self) -> End:
        """A second handle for the same object."""
        handle = self.party.caller.handle()
        return self._do("duplicate", {"as": handle}, lambda v, ms: End(self.party, handle, ms))

    def split(self) -> tuple[End, End]:
        """Receiver and sender of a stream; the stream itself is used up."""
        receiver, sender = self.party.caller.handle(), self.party.caller.handle()
        return self._do(
            "split",
            {"receiver": receiver, "sender": sender},
            lambda v, ms: (End(self.party, receiver, ms), End(self.party, sender, ms)),
        )

    def ready(self, direction: Literal["recv", "send"], *, wait: int) -> bool:
        """Whether the endpoint becomes ready within `wait` milliseconds."""
        return self._do("ready", {"for": direction, "wait": wait}, lambda v, ms: _bool(v, "ready"))

    def peer_credentials(self) -> Credentials:
        """Who is at the other end."""
        return self._do(
            "peer_credentials", {}, lambda v, ms: Credentials(_maybe(v, "pid"), _maybe(v, "uid"), _maybe(v, "gid"))
        )

    def send_descriptors(self, data: Pattern | bytes, ends: Sequence[End], *, wait: Wait = CASE) -> int:
        """Send data and descriptors in one message."""
        args = {"data": wire(data), "handles": [end.handle for end in ends], **self._waiting(wait)}
        return self._do("send_descriptors", args, lambda v, ms: whole(v, "sent"))

    def recv_descriptors(self, maximum: int, descriptors: int, *, wait: Wait = CASE) -> Received:
        """Receive data and at most `descriptors` descriptors."""
        handles = [self.party.caller.handle() for _ in range(descriptors)]

        def parse(value: Result, ms: float) -> Received:
            ends = tuple(End(self.party, handle, ms) for handle in handles[: whole(value, "count")])
            return Received(received(value, ms), ends, _bool(value, "truncated"))

        return self._do("recv_descriptors", {"max": maximum, "as": handles, **self._waiting(wait)}, parse)

    def set_blocking(self, blocking: bool) -> None:
        """Set the non-blocking flag."""
        self._do("set_blocking", {"blocking": blocking}, nothing)

    def get_blocking(self) -> bool:
        """The non-blocking flag, as the operating system has it."""
        return self._do("get_blocking", {}, lambda v, ms: _bool(v, "blocking"))

    def inheritable(self) -> bool:
        """Whether a spawned process would inherit it, as the operating system has it."""
        return self._do("inheritable", {}, lambda v, ms: _bool(v, "inheritable"))


class Listener(End):
    """A listener in one agent."""

    def accept(self, *, wait: Wait = CASE) -> End:
        """Accept one connection."""
        handle = self.party.caller.handle()
        args = {"as": handle, **self._waiting(wait)}
        return self._do("accept", args, lambda v, ms: End(self.party, handle, ms))


def nothing(_value: Result, _elapsed_ms: float) -> None:
    """The value of a reply that says no more than that it went well."""


def whole(value: Result, key: str) -> int:
    """The whole number of that name in a reply."""
    number = shape.whole(value[key])
    if number is None:
        raise TypeError(f"{key} is to be a whole number, not {value[key]!r}")
    return number


def _maybe(value: Result, key: str) -> int | None:
    return None if value.get(key) is None else whole(value, key)


def _bool(value: Result, key: str) -> bool:
    flag = value[key]
    if not isinstance(flag, bool):
        raise TypeError(f"{key} is to be true or false, not {flag!r}")
    return flag
