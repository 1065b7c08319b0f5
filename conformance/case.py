"""What a scenario is given: parties, names, payloads, operations and checks. See scenario.py for the rules."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, ParamSpec, TypeVar

from conformance.party import Caller, Default, End, Listener, Name, Party, Result, Wait, nothing
from conformance.payload import Pattern
from conformance.requirements import Platform, Requirement
from conformance.transport import Failed, Failure, Transport
from conformance.witness import Witness

P = ParamSpec("P")
T = TypeVar("T")
Value = int | str
DEADLINE_MS = 15_000
_WAITS: Mapping[str, Result] = {
    "blocking": {},
    "nonblocking": {"wait": "ready"},
    "deadline": {"wait": DEADLINE_MS},
    "async": {},
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a case says of one requirement."""

    requirement: str
    verdict: str
    cause: str = ""
    detail: str = ""
    party: str = ""


class Violation(Exception):
    """A check inside `decides` failed."""


class Untold(Exception):
    """The scenario cannot tell, see `Case.cannot_tell`."""


class _Began(BaseException):
    """Unwinds a typed method once its request is on its way, see `Case.begin`."""


class Pending(Generic[T]):
    """An operation that was begun and not yet finished."""

    def __init__(self, case: Case, party: Party, op: str, call: int, parse: Callable[[Result, float], T]) -> None:
        self._case = case
        self._party = party
        self._op = op
        self._call = call
        self._parse = parse
        self.task = ""

    def blocked(self, within_ms: int = 50) -> bool:
        """Whether there is still no reply after `within_ms`: an observation, so no reply is not a failure."""
        return self._case.transport.blocked(self._call, within_ms)

    def cancel(self) -> None:
        """Ask for its end, if it was begun as a task; its one reply still comes."""
        self._party.call("cancel", {"task": self.task}, nothing)

    def result(self) -> T:
        """Its value, however long it takes; Failure when the agent says that it failed."""
        self._case.last = self._party.role
        reply = self._case.transport.finish(self._call)
        ok, error = (reply.ok, reply.error) if reply.ok is None else self._party.unwrap(reply.ok)
        if error is not None:
            raise Failure(self._party.role, self._op, {**error, "elapsed_ms": reply.elapsed_ms})
        return self._parse(ok or {}, reply.elapsed_ms)


@dataclass(slots=True)
class Case(Caller):
    """One scenario with its parameters: parties, names, payloads, checks."""

    id: str
    primitive: str
    mode: str
    params: Mapping[str, Value]
    seed: int
    platform: Platform
    requirements: Mapping[str, Requirement]
    decided: tuple[str, ...]
    transport: Transport
    findings: dict[str, Finding] = field(default_factory=dict[str, Finding])
    last: str = ""
    _parties: dict[str, Party] = field(default_factory=dict[str, Party])
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _workspace: str | None = None
    _deciding: Requirement | None = None
    _began: Pending[object] | None = None
    _beginning: bool = False
    _task: str = ""

    # parties

    def party(self, role: str) -> Party:
        """The agent that plays `role`; a process of its own, started when it is first asked something."""
        if role not in self._parties:
            self._parties[role] = Party(self, role)
        return self._parties[role]

    @property
    def server(self) -> Party:
        """The party that listens, makes pipes and FIFOs, and mostly receives."""
        return self.party("server")

    @property
    def client(self) -> Party:
        """The party that connects and mostly sends."""
        return self.party("client")

    @property
    def witness(self) -> Witness:
        """The harness's own party."""
        if "witness" not in self._parties:
            self._parties["witness"] = Witness(self, "witness")
        witness = self._parties["witness"]
        assert isinstance(witness, Witness)
        return witness

    def die(self, party: Party, how: str = "kill") -> int:
        """End a party's process: kill, abort, terminate or exit; returns its exit status or minus the signal."""
        self.last = party.role
        self.transport.start(party.role, "die", {"how": how})
        return self.transport.ended(party.role)

    # parameters, names, payloads

    def number(self, name: str) -> int:
        """A parameter that is a number."""
        value = self.params[name]
        assert isinstance(value, int)
        return value

    def text(self, name: str) -> str:
        """A parameter that is a word."""
        return str(self.params[name])

    def fact(self, name: str) -> int:
        """A constant of the platform, from platforms.toml."""
        return int(self.platform.facts[name])

    @property
    def workspace(self) -> str:
        """A directory of this case's own, on the agents' machine."""
        if self._workspace is None:
            self._workspace = self.witness.make_workspace()
        return self._workspace

    def path(self, name: str = "s") -> Name:
        """A path in the workspace."""
        return Name("path", f"{self.workspace}/{name}")

    def name(self, word: str = "s", kind: str | None = None) -> Name:
        """A name for a listener that nobody else uses; its kind is the parameter `name`, or path."""
        kind = kind or str(self.params.get("name", "path"))
        if kind == "path":
            return self.path(word)
        return Name(kind, f"{self.workspace.rpartition('/')[2]}-{word}")

    def pattern(self, length: int) -> Pattern:
        """A payload that no other payload of this case resembles."""
        return Pattern(self.seed + next(self._numbers), length)

    # endpoints

    def streams(self, name: Name | None = None) -> tuple[End, End]:
        """A connected local socket: the client's end and the server's."""
        listener = self.server.listen(name or self.name())
        return self.connection(listener, name or self.name())

    def connection(self, listener: Listener, name: Name) -> tuple[End, End]:
        """One more connection to a listener: the client's end and the listener's."""
        ours = self.client.connect(name)
        return ours, listener.accept()

    def channel(self) -> tuple[End, End]:
        """The case's primitive as a one-way channel: receiver (in the server) and sender."""
        if self.primitive == "local_socket":
            sender, receiver = self.streams()
            return receiver, sender
        if self.primitive == "unnamed_pipe":
            return self.server.pipe()
        path = self.path("fifo")
        self.server.make_fifo(path)
        return self.fifo_ends(path)

    def fifo_ends(self, path: Name) -> tuple[End, End]:
        """Open a FIFO in two processes: the server's receiver and the client's sender."""
        if self.mode == "nonblocking":
            receiver = self.server.open_fifo(path, "receiver", wait="try")
            return receiver, self.client.open_fifo(path, "sender", wait="try")
        opening = self.begin(self.server.open_fifo, path, "receiver")
        sender = self.client.open_fifo(path, "sender")
        return opening.result(), sender

    # operations

    def begin(self, operation: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Pending[T]:
        """Start an operation of a party or endpoint without waiting for its reply."""
        self._beginning = True
        try:
            operation(*args, **kwargs)
        except _Began:
            pending = self._began
        else:
            raise TypeError(f"{operation!r} is not one operation, it cannot be begun")
        finally:
            self._beginning = False
        return pending  # type: ignore[return-value]

    def task(self, operation: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Pending[T]:
        """Begin an operation in such a way that it can be cancelled."""
        self._task = self.handle()
        try:
            return self.begin(operation, *args, **kwargs)
        finally:
            self._task = ""

    def attempt(self, operation: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | Failed:
        """An operation whose failure is as welcome as its value."""
        try:
            return operation(*args, **kwargs)
        except Failure as failure:
            return _failed(failure)

    def fails(self, operation: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Failed:
        """An operation that has to fail; a violation when it succeeds."""
        outcome = self.attempt(operation, *args, **kwargs)
        if isinstance(outcome, Failed):
            return outcome
        name = getattr(operation, "__name__", "the operation")
        raise Violation(f"{self.last}: {name} succeeded where it has to fail")

    # deciding

    @contextmanager
    def decides(self, requirement_id: str) -> Generator[Requirement]:
        """What happens in here decides a requirement: it holds unless something in here goes wrong."""
        requirement = self.requirements[requirement_id]
        if requirement_id not in self.decided:
            yield requirement
            return
        self._deciding = requirement
        yield requirement
        self._deciding = None
        if requirement.observed:
            if requirement_id not in self.findings:
                raise Untold("nothing was observed")
        else:
            self.findings[requirement_id] = Finding(requirement_id, "holds")

    def check(self, condition: bool, must: str) -> None:
        """A violation unless `condition`; `must` says what has to be."""
        if not condition:
            raise Violation(f"not so: {must}")

    def equal(self, got: object, wanted: object, what: str) -> None:
        """A violation unless `got == wanted`."""
        if got != wanted:
            raise Violation(f"{what}: {got!r} instead of {wanted!r}")

    def allowed(self, outcome: str, what: str = "outcome") -> None:
        """A violation unless the requirement being decided allows `outcome` on this platform."""
        if self._deciding is None:
            return
        allowed = self._deciding.allowed(self.platform.name)
        if outcome not in allowed:
            raise Violation(f"{what}: {outcome} instead of {' or '.join(allowed)}")

    def observe(self, value: str) -> None:
        """Record the value where the standards leave the behaviour open; only for observed requirements."""
        requirement = self._deciding
        if requirement is None:
            return
        assert requirement.observed, f"{requirement.id} is not marked as observed in the spec"
        self.findings[requirement.id] = Finding(requirement.id, "observed", detail=value)

    def cannot_tell(self, why: str) -> None:
        """End the case: what was to be decided is undetermined."""
        raise Untold(why)

    # Caller

    def perform(self, party: Party, op: str, args: Result, parse: Callable[[Result, float], T]) -> T:
        if self._beginning and self._task:
            args = {**args, "task": self._task}
        role, sent, sent_args = party.route(op, args)
        self.last = role
        pending = Pending(self, party, op, self.transport.start(role, sent, sent_args), parse)
        pending.task = self._task
        if self._beginning:
            self._began = pending  # type: ignore[assignment]
            raise _Began
        return pending.result()

    def handle(self) -> str:
        return f"h{next(self._numbers)}"

    def wait(self, wait: Wait) -> Result:
        if isinstance(wait, Default):
            return _WAITS[self.mode]
        return {} if wait is None else {"wait": wait}

    # the end of a case

    def conclude(self, cause: str, detail: str, party: str) -> None:
        """Turn what stopped the case into findings."""
        deciding = self._deciding
        blame = cause in ("finding", "hung", "died") and deciding is not None and not deciding.observed
        otherwise = "unsupported" if cause == "declined" else "undetermined"
        for requirement_id in self.decided:
            open_again = deciding is not None and requirement_id == deciding.id and not deciding.observed
            if requirement_id in self.findings and not open_again:
                continue
            if deciding is not None and requirement_id == deciding.id:
                verdict = "violated" if blame else otherwise
                self.findings[requirement_id] = Finding(requirement_id, verdict, cause, detail, party)
            else:
                why = cause if cause in ("declined", "stale", "harness") else "prerequisite"
                self.findings[requirement_id] = Finding(requirement_id, otherwise, why, detail, party)


def _failed(failure: Failure) -> Failed:
    elapsed = failure.fields.get("elapsed_ms", 0.0)
    milliseconds = float(elapsed) if isinstance(elapsed, (int, float)) else 0.0
    return Failed(failure.role, failure.op, failure.kind, failure.native, milliseconds, failure.fields)
