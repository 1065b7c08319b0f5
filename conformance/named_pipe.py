"""Typed calls on Windows' named pipes; see party.py for the rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from conformance import shape
from conformance.party import CASE, End, Listener, Name, Party, Result, Wait, nothing, whole
from conformance.payload import Data, Pattern, received, wire

Direction = Literal["in", "out", "duplex"]
Mode = Literal["bytes", "messages"]


@dataclass(frozen=True, slots=True)
class Peeked:
    """What waits in a pipe: its beginning, how much there is, and how much of the first message is beyond that."""

    data: Data
    available: int
    left: int


@dataclass(frozen=True, slots=True)
class Who:
    """The processes and sessions at both ends, the number of instances, and which end was asked."""

    client_process: int
    server_process: int
    client_session: int
    server_session: int
    instances: int
    is_server: bool


class Pipe(End):
    """One end of a connected named pipe."""

    def send_message(self, data: Pattern | bytes, *, wait: Wait = CASE) -> int:
        """Send one message; how many bytes it had."""
        return self._do("send_message", {"data": wire(data), **self._waiting(wait)}, lambda v, ms: whole(v, "sent"))

    def recv_message(self, maximum: int | None = None, *, wait: Wait = CASE) -> Data:
        """Receive one whole message of at most `maximum` bytes."""
        most = {} if maximum is None else {"max": maximum}
        return self._do("recv_message", {**most, **self._waiting(wait)}, received)

    def peek(self, maximum: int) -> Peeked:
        """Look at what waits, without taking it."""
        return self._do("peek", {"max": maximum}, _peeked)

    def flush(self, *, wait: Wait = CASE) -> None:
        """Wait until the peer has received everything."""
        self._do("flush", self._waiting(wait), nothing)

    def disconnect(self) -> None:
        """Cut the client off; the end is closed then."""
        self._do("disconnect", {}, nothing)

    def who(self) -> Who:
        """Ask the system who is at the ends."""
        return self._do("who", {}, _who)


class PipeListener(Listener):
    """The listener of a named pipe."""

    def accept(self, *, wait: Wait = CASE) -> Pipe:
        """Accept one client."""
        handle = self.party.caller.handle()
        args = {"as": handle, **self._waiting(wait)}
        return self._do("accept", args, lambda v, ms: Pipe(self.party, handle, ms))


def listen_pipe(
    party: Party,
    name: Name,
    *,
    direction: Direction | None = None,
    mode: Mode | None = None,
    receive_mode: Mode | None = None,
    instances: int | None = None,
    waiting: int | None = None,
    buffers: int | None = None,
    security: str | None = None,
) -> PipeListener:
    """Make a named pipe; what is None is left to the implementation."""
    options: dict[str, object] = {
        "direction": direction, "mode": mode, "receive_mode": receive_mode, "instances": instances, "waiting": waiting,
        "send_buffer": buffers, "receive_buffer": buffers, "security": security,
    }  # fmt: skip
    given = {key: value for key, value in options.items() if value is not None}
    handle = party.caller.handle()
    args = {"as": handle, "name": name.wire(), **given}
    return party.call("listen_pipe", args, lambda value, ms: PipeListener(party, handle, ms))


def connect_pipe(
    party: Party,
    name: Name,
    *,
    direction: Direction | None = None,
    receive_mode: Mode | None = None,
    wait: Wait = CASE,
) -> Pipe:
    """Connect to a named pipe."""
    given = {key: value for key, value in (("direction", direction), ("receive_mode", receive_mode)) if value}
    handle = party.caller.handle()
    args = {"as": handle, "name": name.wire(), **given, **party.caller.wait(wait)}
    return party.call("connect_pipe", args, lambda value, ms: Pipe(party, handle, ms))


def _peeked(value: Result, elapsed_ms: float) -> Peeked:
    return Peeked(received(value, elapsed_ms), whole(value, "available"), whole(value, "left"))


def _who(value: Result, _elapsed_ms: float) -> Who:
    is_server = value["is_server"]
    if not isinstance(is_server, bool):
        raise TypeError(f"is_server is to be true or false, not {is_server!r}")
    numbers = [shape.whole(value[key]) for key in _NUMBERS]
    if None in numbers:
        raise TypeError(f"{', '.join(_NUMBERS)} are to be whole numbers")
    first, second, third, fourth, instances = (number or 0 for number in numbers)
    return Who(first, second, third, fourth, instances, is_server)


_NUMBERS = ("client_process", "server_process", "client_session", "server_session", "instances")
