"""Which cases there are, and which of them a given agent on a given platform has to pass. Pure.

`inapplicable` is said by the spec's platforms, `unsupported` by the agent's claims;
neither is ever decided while a case runs.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.resources import files
from zlib import crc32

from conformance import shape
from conformance.requirements import Requirement, Spec, SpecError
from conformance.scenario import SCENARIOS, Case, Finding, Scenario, Value
from conformance.sequences import sequence
from conformance.transport import Transport

_MODE_NEEDS: Mapping[str, tuple[str, ...]] = {
    "blocking": (),
    "nonblocking": ("wait.ready",),
    "deadline": ("wait.deadline",),
    "async": ("async",),
}


@dataclass(frozen=True, slots=True)
class Planned:
    """A case, the requirements that it decides, and why it decides no more of them."""

    id: str
    scenario: Scenario
    primitive: str
    mode: str
    params: Mapping[str, Value]
    decides: tuple[str, ...]
    out: Mapping[str, Finding]

    def case(self, spec: Spec, platform: str, transport: Transport) -> Case:
        """What the scenario is given."""
        return Case(
            self.id, self.primitive, self.mode, self.params, crc32(self.id.encode()) >> 8,
            spec.platforms[platform], spec.requirements, self.decides, transport,
        )  # fmt: skip


def scenarios() -> Mapping[str, Scenario]:
    """All scenarios, by theme and name."""
    for source in files("conformance.scenarios").iterdir():
        name = source.name
        if name.endswith(".py") and not name.startswith("_"):
            import_module(f"conformance.scenarios.{name[:-3]}")
    return dict(sorted(SCENARIOS.items()))


def claims(hello: Mapping[str, object]) -> tuple[str, ...]:
    """What an agent claims in its `hello`; `concurrent` is one of the claims."""
    names = tuple(shape.table(hello.get("capabilities")) or {})
    return (*names, "concurrent") if hello.get("concurrent") is True else names


def plan(spec: Spec, catalogue: Iterable[Scenario], platform: str, claims: Iterable[str]) -> list[Planned]:
    """Every case for an agent with these claims on `platform`, in a stable order."""
    if platform not in spec.platforms:
        known = ", ".join(spec.platforms)
        raise SpecError(f"platform {platform!r} is not in platforms.toml (known: {known}); add it there")
    claimed = frozenset(claims)
    return [
        _planned(spec, scenario, point, platform, claimed)
        for scenario in catalogue
        for point in _points(spec, scenario)
    ]


_Point = tuple[str, str, Mapping[str, Value], tuple[Requirement, ...]]


def _points(spec: Spec, scenario: Scenario) -> Iterable[_Point]:
    """The cases that a scenario becomes: every combination of its axes that some requirement speaks of."""
    requirements = [spec.requirement(requirement_id) for requirement_id in scenario.requirements]
    for primitive in scenario.primitives:
        axes = [axis[primitive] if isinstance(axis, Mapping) else axis for axis in scenario.params.values()]
        grid = [dict(zip(scenario.params, chosen, strict=True)) for chosen in itertools.product(*axes)]
        for mode in scenario.modes:
            speaking = tuple(r for r in requirements if primitive in r.primitives and mode in r.modes)
            if speaking:
                for params in grid:
                    yield primitive, mode, params, speaking


def _planned(spec: Spec, scenario: Scenario, point: _Point, platform: str, claimed: frozenset[str]) -> Planned:
    primitive, mode, params, requirements = point
    out: dict[str, Finding] = {}
    for requirement in requirements:
        needs = (primitive, *_MODE_NEEDS[mode], *_param_needs(primitive, params), *scenario.needs, *requirement.needs)
        reason = _reason(spec, requirement, needs, platform, claimed) or _no_use(requirement, mode, claimed)
        if reason is not None:
            out[requirement.id] = reason
    decides = tuple(r.id for r in requirements if r.id not in out)
    return Planned(_id(scenario, primitive, mode, params), scenario, primitive, mode, params, decides, out)


def _reason(
    spec: Spec, requirement: Requirement, needs: Iterable[str], platform: str, claimed: frozenset[str]
) -> Finding | None:
    """Why a requirement is not decided, if it is not."""
    if platform not in requirement.platforms:
        title = spec.platforms[platform].title
        return Finding(requirement.id, "inapplicable", "platform", f"the requirement does not speak of {title}")
    if "local_socket.abstract" in needs and not spec.platforms[platform].facts.get("abstract_names"):
        return Finding(requirement.id, "inapplicable", "platform", "this platform has no abstract names")
    for need in needs:
        if need not in claimed:
            obliging = [claim for claim in spec.capabilities[need].required_by if claim in claimed]
            if obliging:
                detail = f"the agent claims {obliging[0]}, which requires {need}, and does not claim {need}"
                return Finding(requirement.id, "violated", "missing", detail)
            return Finding(requirement.id, "unsupported", "claim", f"the agent does not claim {need}")
    return None


def _no_use(requirement: Requirement, mode: str, claimed: frozenset[str]) -> Finding | None:
    """What a claim rules out: an agent on an event loop never blocks, messages are no bytes."""
    if mode == "blocking" and "async" in claimed:
        return Finding(requirement.id, "unsupported", "claim", "the agent claims async, so it has no blocking use")
    for claim in requirement.unless:
        if claim in claimed:
            return Finding(requirement.id, "unsupported", "claim", f"it does not speak of agents that claim {claim}")
    return None


def _param_needs(primitive: str, params: Mapping[str, Value]) -> tuple[str, ...]:
    """What the value of a parameter takes: the kind of a local socket's name, the steps of a sequence."""
    kind, steps = params.get("name"), params.get("steps")
    return (
        *((f"local_socket.{kind}",) if kind is not None and primitive == "local_socket" else ()),
        *(() if steps is None else sequence.needs(str(steps), primitive)),
    )


def _id(scenario: Scenario, primitive: str, mode: str, params: Mapping[str, Value]) -> str:
    path = f"{scenario.theme}/{scenario.name}/{primitive}/{mode}"
    return path + ("/" + ",".join(f"{key}={value}" for key, value in params.items()) if params else "")
