"""What passes between a scenario and its agents, whether they live or are replayed.

A call ends with a value, with a `Failure` (the agent's own error reply: data for the scenario),
or it stops the case: the agent hung, died, broke the protocol or declined, or the transcript is stale.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Reply:
    """What an agent answered: `ok`, or `error` when the operation failed, and how long it took."""

    ok: Mapping[str, object] | None
    error: Mapping[str, object] | None
    elapsed_ms: float


class Failure(Exception):
    """An operation failed, and the agent said how."""

    def __init__(self, role: str, op: str, error: Mapping[str, object]) -> None:
        self.role = role
        self.op = op
        self.kind = str(error.get("kind", "other"))
        self.native = error.get("native")
        self.fields = error
        super().__init__(f"{role}: {op} failed with {self.kind} ({self.native}: {error.get('message', '')})")


class Stopped(Exception):
    """The case cannot go on; `cause` is the word for it in a verdict."""

    cause = "stopped"

    def __init__(self, role: str, detail: str) -> None:
        self.role = role
        self.detail = detail
        super().__init__(f"{role}: {detail}" if role else detail)


class Hung(Stopped):
    """No reply within the harness's patience."""

    cause = "hung"


class Died(Stopped):
    """The agent's process ended while something was asked of it."""

    cause = "died"


class Broken(Stopped):
    """The agent broke the agent protocol."""

    cause = "protocol"


class Declined(Stopped):
    """The agent declined what it is free to decline."""

    cause = "declined"


class Stale(Stopped):
    """The scenario asks for something that the transcript does not hold."""

    cause = "stale"


@dataclass(frozen=True, slots=True)
class Failed:
    """An error reply taken as a value, see `Case.attempt`."""

    role: str
    op: str
    kind: str
    native: object
    elapsed_ms: float
    fields: Mapping[str, object] = field(default_factory=dict[str, object])


class Transport(Protocol):
    """How a scenario reaches its agents. One case uses one transport, from one thread."""

    def start(self, role: str, op: str, args: Mapping[str, object]) -> int:
        """Send a request, launching the agent of `role` on first use; returns the number of the call."""
        ...

    def finish(self, call: int) -> Reply:
        """The reply to a call; raises a `Stopped` when there will be none."""
        ...

    def blocked(self, call: int, within_ms: int) -> bool:
        """Whether a call is still without a reply after `within_ms`."""
        ...

    def ended(self, role: str) -> int:
        """Wait for the agent's process to end; its exit status, or minus the signal's number."""
        ...
