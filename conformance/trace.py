"""From requirements to scenarios and back: nothing promised is untested, nothing tested is unpromised. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from conformance.plan import Planned, plan
from conformance.requirements import Requirement, Spec
from conformance.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Trace:
    """A requirement, the scenarios that decide it, and how many cases these become."""

    requirement: Requirement
    scenarios: tuple[str, ...]
    cases: int
    faults: tuple[str, ...]


def trace(spec: Spec, catalogue: Mapping[str, Scenario]) -> tuple[list[Trace], list[str]]:
    """Each requirement's trace, and what is wrong with scenarios."""
    cases = _cases(spec, catalogue)
    traces: list[Trace] = []
    for requirement in spec.requirements.values():
        deciding = tuple(name for name, scenario in catalogue.items() if requirement.id in scenario.requirements)
        mine = [planned for planned in cases if requirement.id in (*planned.decides, *planned.out)]
        traces.append(Trace(requirement, deciding, len(mine), tuple(_faults(requirement, deciding, mine))))
    used = {(planned.scenario.theme, planned.scenario.name) for planned in cases}
    faults = [
        f"scenario {name}: becomes no case; its primitives and modes are none of its requirements'"
        for name, scenario in catalogue.items()
        if (scenario.theme, scenario.name) not in used
    ]
    return traces, faults


def _cases(spec: Spec, catalogue: Mapping[str, Scenario]) -> list[Planned]:
    # Which cases there are does not depend on platform or claims, only whether they are in or out.
    return plan(spec, catalogue.values(), next(iter(spec.platforms)), spec.capabilities)


def _faults(requirement: Requirement, scenarios: tuple[str, ...], cases: list[Planned]) -> list[str]:
    name = f"requirement {requirement.id}"
    if requirement.untested is not None:
        return [f"{name}: is said to be untested, but {scenarios[0]} decides it"] if scenarios else []
    if not scenarios:
        return [f'{name}: no scenario decides it; write one, or say `untested = "why"`']
    faults = [
        f"{name}: speaks of {primitive}, and no case of it does"
        for primitive in requirement.primitives
        if all(planned.primitive != primitive for planned in cases)
    ]
    return faults + [
        f"{name}: speaks of {mode} use, and no case of it does"
        for mode in requirement.modes
        if all(planned.mode != mode for planned in cases)
    ]
