"""Verdicts from evidence: the scenario is run again over the transcript. Pure.

When the scenario asks for something that the transcript does not hold, or asks it differently,
the case is stale: undetermined, never green.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from conformance import shape
from conformance.evidence import Evidence, Record
from conformance.plan import Planned, claims, hidden, plan
from conformance.requirements import Spec
from conformance.scenario import Finding, Scenario, play
from conformance.sequences.frozen import with_named
from conformance.transport import Broken, Declined, Died, Hung, Reply, Stale

VERDICTS = ("holds", "violated", "observed", "undetermined", "unsupported", "inapplicable")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the evidence says of one requirement in one case."""

    case: str
    requirement: str
    level: str
    verdict: str
    cause: str
    detail: str
    party: str


def judge(
    evidence: Evidence, spec: Spec, catalogue: Mapping[str, Scenario], everything: Iterable[Planned] | None = None
) -> list[Verdict]:
    """The verdicts of a run, in the order of the plan: of `everything`, where the caller has planned already."""
    platform = str(evidence.header.environment.get("platform"))
    if everything is None:
        known = with_named(catalogue, evidence.header.planned)
        claimed, unseen = claims(evidence.header.agents["subject"]), hidden(evidence.header.environment)
        everything = plan(spec, known.values(), platform, claimed, unseen)
    wanted = frozenset(evidence.header.planned)
    verdicts: list[Verdict] = []
    for planned in everything:
        findings = dict(planned.out)
        if planned.decides and planned.id in wanted:
            findings |= judge_case(planned, evidence.records.get(planned.id), spec, platform)
        elif planned.decides:
            continue
        verdicts += [
            _verdict(planned.id, f, spec)
            for f in (findings[r] for r in planned.scenario.requirements if r in findings)
        ]  # fmt: skip
    return verdicts


def _verdict(case: str, finding: Finding, spec: Spec) -> Verdict:
    level = spec.requirement(finding.requirement).level
    return Verdict(case, finding.requirement, level, finding.verdict, finding.cause, finding.detail, finding.party)


def judge_case(planned: Planned, record: Record | None, spec: Spec, platform: str) -> Mapping[str, Finding]:
    """The findings of one case."""
    if record is None:
        return {r: Finding(r, "undetermined", "not run", "the run ended before this case") for r in planned.decides}
    if record.ending in ("harness-error", "refused"):
        cause = "harness" if record.ending == "harness-error" else "refused"
        return {r: Finding(r, "undetermined", cause, record.note) for r in planned.decides}
    replay = Replay(record.transcript)
    try:
        findings = play(planned.scenario, planned.case(spec, platform, replay))
    except Exception as error:  # noqa: BLE001 - a scenario's own mistake over this transcript is no verdict on the others
        detail = f"the scenario failed: {type(error).__name__}: {error}"
        return {r: Finding(r, "undetermined", "harness", detail) for r in planned.decides}
    left = replay.left()
    # Who finds a violation stops there, and a corrected scenario may find one earlier.
    if left is not None and all(finding.verdict != "violated" for finding in findings.values()):
        replay.mismatch = replay.mismatch or f"the transcript goes on where the scenario ends: {left!r}"
    if replay.mismatch is not None:
        return {r: Finding(r, "undetermined", "stale", replay.mismatch) for r in planned.decides}
    return findings


class Replay:
    """A transport that answers from a transcript; `mismatch` says where that is not what the scenario asks for."""

    def __init__(self, transcript: Sequence[Sequence[object]]) -> None:
        self.mismatch: str | None = None
        self._entries = list(transcript)
        self._next = 0
        self._roles: dict[int, str] = {}

    def left(self) -> object:
        """The first entry that was not asked for."""
        return self._entries[self._next] if self._next < len(self._entries) else None

    def start(self, role: str, op: str, args: Mapping[str, object]) -> int:
        call = len(self._roles) + 1
        self._roles[call] = role
        self._take(role, ["call", call, role, op, args])
        stop = self._peek()
        if len(stop) == 3 and stop[:2] == ["declined", call]:
            self._next += 1
            raise Declined(role, str(stop[2]))
        return call

    def finish(self, call: int) -> Reply:
        role = self._roles[call]
        entry = self._peek()
        if len(entry) < 2 or entry[1] != call:
            raise self._stale(role, f"the transcript has {entry!r} where the reply to call {call} is asked for")
        self._next += 1
        match entry:
            case ["reply", _, ok, error, float() | int() as elapsed] if (ok is None) != (error is None):
                return Reply(shape.table(ok), shape.table(error), elapsed)
            case ["hung", _, detail]:
                raise Hung(role, str(detail))
            case ["died", _, detail]:
                raise Died(role, str(detail))
            case ["broken", _, detail]:
                raise Broken(role, str(detail))
            case _:
                raise self._stale(role, f"the transcript has {entry!r} where the reply to call {call} is asked for")

    def blocked(self, call: int, within_ms: int) -> bool:
        entry = self._peek()
        if len(entry) == 4 and entry[:3] == ["blocked", call, within_ms] and isinstance(entry[3], bool):
            self._next += 1
            return entry[3]
        raise self._stale(self._roles[call], f"the transcript has {entry!r} where call {call} is watched")

    def ended(self, role: str) -> int:
        entry = self._peek()
        if len(entry) == 3 and entry[:2] == ["ended", role]:
            self._next += 1
            if isinstance(entry[2], int):
                return entry[2]
            raise Hung(role, str(entry[2]))
        raise self._stale(role, f"the transcript has {entry!r} where the end of {role} is waited for")

    def _stale(self, role: str, detail: str) -> Stale:
        self.mismatch = detail
        return Stale(role, detail)

    def _peek(self) -> list[object]:
        return list(self._entries[self._next]) if self._next < len(self._entries) else []

    def _take(self, role: str, wanted: list[object]) -> None:
        entry = self._peek()
        if entry != wanted:
            raise self._stale(role, f"the scenario asks {wanted!r}, the transcript has {entry!r}")
        self._next += 1
