"""What a scenario is, and what it is given: a `Case`.

    @scenario("UP-EOF-001", primitives=("unnamed_pipe", "fifo"))
    def end_comes_after_the_last_byte(case: Case) -> None:
        "When the sender closes, the receiver gets what was sent and then the end."
        receiver, sender = case.channel()
        sender.send_all(b"tail")
        sender.close()
        with case.decides("UP-EOF-001"):
            case.check(receiver.recv(100).is_(b"tail"), "what was sent before the close arrives")
            case.check(receiver.recv(100).end, "then the stream ends")

Rules. Calls outside `decides` are prerequisites: when one fails, hangs or kills the agent, the requirements
not yet decided are undetermined. Inside `decides`, the same is a violation of that requirement.
A violation ends the case. A scenario sees no process, clock, random source or platform:
`case.seed`, `case.fact`, `case.allowed` and the replies' `elapsed_ms` are all there is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from conformance.case import DEADLINE_MS, Case, Finding, Pending, Untold, Value, Violation
from conformance.party import CASE, Name
from conformance.requirements import MODES, SpecError
from conformance.transport import Failed, Failure, Stopped
from conformance.witness import OPERATIONS as WITNESS_OPERATIONS

Axis = tuple[Value, ...] | Mapping[str, tuple[Value, ...]]
"""The values of a parameter, or these by primitive."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario with the axes along which it becomes cases."""

    theme: str
    name: str
    sentence: str
    play: Callable[[Case], None]
    requirements: tuple[str, ...]
    primitives: tuple[str, ...]
    modes: tuple[str, ...]
    params: Mapping[str, Axis]
    needs: tuple[str, ...]
    alone: bool


SCENARIOS: dict[str, Scenario] = {}


def scenario(
    *requirements: str,
    primitives: tuple[str, ...],
    modes: tuple[str, ...] = MODES,
    params: Mapping[str, Axis] | None = None,
    needs: tuple[str, ...] = (),
    alone: bool = False,
) -> Callable[[Callable[[Case], None]], Callable[[Case], None]]:
    """Register a scenario that decides `requirements`.

    `params` are further axes, `needs` capabilities beyond those of the requirements,
    `alone` keeps other cases away while it runs (processor time, machine-wide limits).
    """

    def register(play: Callable[[Case], None]) -> Callable[[Case], None]:
        theme = play.__module__.rpartition(".")[2]
        if not play.__doc__:
            raise SpecError(f"scenario {play.__name__}: its docstring is to be one sentence")
        made = Scenario(
            theme, play.__name__, " ".join(play.__doc__.split()), play, requirements,
            primitives, modes, dict(params or {}), needs, alone,
        )  # fmt: skip
        if SCENARIOS.setdefault(f"{theme}/{play.__name__}", made) is not made:
            raise SpecError(f"scenario {theme}/{play.__name__}: defined twice")
        return play

    return register


def play(scenario: Scenario, case: Case) -> Mapping[str, Finding]:
    """Run a scenario over the case's transport; one finding for each requirement of the case."""
    try:
        scenario.play(case)
        case.conclude("scenario", "the scenario ended without deciding this", "")
    except Violation as violation:
        case.conclude("finding", str(violation), case.last)
    except Failure as failure:
        trusted = failure.role == "witness" and failure.op in WITNESS_OPERATIONS
        case.conclude("harness" if trusted else "finding", str(failure), failure.role)
    except Stopped as stopped:
        trusted = stopped.role == "witness"
        case.conclude("harness" if trusted else stopped.cause, stopped.detail, stopped.role)
    except Untold as untold:
        case.conclude("untold", str(untold), "")
    return {requirement_id: case.findings[requirement_id] for requirement_id in case.decided}


__all__ = [
    "CASE",
    "DEADLINE_MS",
    "Case",
    "Failed",
    "Finding",
    "Name",
    "Pending",
    "Scenario",
    "Value",
    "play",
    "scenario",
]
