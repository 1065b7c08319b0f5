"""What the suite is worth: run agents that are wrong on purpose, and see which requirement catches each.

A faulty agent has one defect. It is caught when every requirement that the defect breaks is violated by it,
and it is caught cleanly when no other requirement is.
"""

from __future__ import annotations

import sys
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from importlib.resources import files

from conformance import shape
from conformance.evidence import Record
from conformance.judge import judge_case
from conformance.live.agent import Command, StartError
from conformance.live.engine import Engine
from conformance.live.probe import Prepared, prepare
from conformance.live.roster import WINDOWS_WITNESS, named_command, windows_command
from conformance.plan import Planned, hidden, plan
from conformance.requirements import Spec, SpecError
from conformance.scenario import Finding, Scenario
from conformance.selection import NothingSelected, Shard, UnknownName

PATIENCE_MS = 2_000
# Starting a process under Wine takes a hundred times as long as forking one.
_PATIENCE_ON_WINDOWS_MS = 30_000
SECOND_PATIENCE_MS = 10_000
"""What hangs where it should not is run once more, with the patience that any agent gets."""
NOT_JUDGED = "not judged"
"""The ending of an agent that is turned away before its first case."""
_KEYS = {"name", "defect", "breaks", "sometimes", "program", "ending", "on", "cases"}


@dataclass(frozen=True, slots=True)
class Fault:
    """One faulty agent: its defect in a sentence, what that breaks each time, and what only when a race is lost.

    `cases`: globs of those that use the operations in which the defect is; no other case could see it.
    """

    name: str
    defect: str
    breaks: tuple[str, ...]
    program: str
    ending: str | None
    sometimes: tuple[str, ...] = ()
    on_windows: bool = False
    cases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Detection:
    """What the suite said of one faulty agent."""

    fault: Fault
    violated: Mapping[str, tuple[str, ...]]
    undecided: int
    endings: frozenset[str]

    @property
    def missed(self) -> tuple[str, ...]:
        """Requirements that the defect breaks and that were not violated."""
        return tuple(requirement for requirement in self.fault.breaks if requirement not in self.violated)

    @property
    def unrelated(self) -> tuple[str, ...]:
        """Requirements that were violated and that the defect does not break."""
        broken = {*self.fault.breaks, *self.fault.sometimes}
        return tuple(requirement for requirement in self.violated if requirement not in broken)

    @property
    def clean(self) -> bool:
        """Caught, and by nothing unrelated."""
        ended = self.fault.ending is None or self.fault.ending in self.endings
        return not self.missed and not self.unrelated and ended


def faults(spec: Spec) -> list[Fault]:
    """The faulty agents of this suite, from faults.toml."""
    document = tomllib.loads((files("conformance") / "faulty" / "faults.toml").read_text(encoding="utf-8"))
    entries = shape.items(document.get("fault")) or ()
    return [_fault(entry, number, spec) for number, entry in enumerate(entries, 1)]


def _fault(entry: object, number: int, spec: Spec) -> Fault:
    table = shape.table(entry) or {}
    where = f"faults.toml: fault {table.get('name', number)}"
    unknown = sorted(set(table) - _KEYS)
    if unknown:
        raise SpecError(f"{where}: unknown key {unknown[0]!r}; known: {', '.join(sorted(_KEYS))}")
    name, defect = table.get("name"), table.get("defect")
    breaks, sometimes = shape.texts(table.get("breaks", [])), shape.texts(table.get("sometimes", []))
    if not isinstance(name, str) or not isinstance(defect, str) or breaks is None or sometimes is None:
        raise SpecError(f"{where}: name and defect are to be texts, breaks and sometimes lists of requirement ids")
    for requirement in (*breaks, *sometimes):
        spec.requirement(requirement)
    ending = table.get("ending")
    if not breaks and ending is None:
        raise SpecError(f"{where}: say what it breaks, or with what ending its cases end")
    on, cases = table.get("on"), shape.texts(table.get("cases", []))
    if on not in (None, "windows") or cases is None:
        raise SpecError(f"{where}: on is to be windows or left out, cases a list of globs")
    program = str(table.get("program", f"windows/{name}.py" if on else f"{name}.py"))
    return Fault(
        name, defect, breaks, program, None if ending is None else str(ending), sometimes, on is not None, cases
    )


def sample(planned: Iterable[Planned], fault: Fault) -> list[Planned]:
    """Each scenario once for each primitive, and every case that decides what the defect breaks."""
    seen: set[tuple[str, str, str]] = set()
    chosen: list[Planned] = []
    for case in planned:
        if fault.cases and not any(fnmatchcase(case.id, glob) for glob in fault.cases):
            continue
        first = (case.scenario.theme, case.scenario.name, case.primitive)
        if first not in seen or any(requirement in fault.breaks for requirement in case.decides):
            seen.add(first)
            chosen.append(case)
    return chosen


def detect(
    fault: Fault,
    witness: Command,
    spec: Spec,
    catalogue: Mapping[str, Scenario],
    *,
    whole: bool = False,
    flight: int = 8,
) -> Detection:
    """Run the suite against one faulty agent: a sample of it, or the whole."""
    program = str(files("conformance") / "faulty" / fault.program)
    command = Command(fault.name, (sys.executable, "-I", "-S", program))
    patience_ms = PATIENCE_MS
    if fault.on_windows:
        command = windows_command(fault.name, program)
        witness, patience_ms = named_command(WINDOWS_WITNESS), _PATIENCE_ON_WINDOWS_MS
    try:
        prepared = prepare(command, witness, spec, f"selftest-{fault.name}", patience_ms=patience_ms)
    except StartError:
        return Detection(fault, {}, 0, frozenset({NOT_JUDGED}))
    try:
        platform = prepared.setting.platform
        planned = [
            case
            for case in plan(spec, catalogue.values(), platform, prepared.claims, hidden(prepared.environment))
            if case.decides
        ]
        planned = planned if whole else sample(planned, fault)
        records = dict(run_through(prepared, planned, flight))
        findings = {case.id: judge_case(case, records[case.id], spec, platform) for case in planned}
        hung = [case for case in planned if _hangs_elsewhere(fault, findings[case.id])]
        if hung:
            patient = replace(prepared, setting=replace(prepared.setting, patience_ms=SECOND_PATIENCE_MS))
            records |= run_through(patient, hung, 1)
            findings |= {case.id: judge_case(case, records[case.id], spec, platform) for case in hung}
    finally:
        prepared.close()
    return _detection(fault, findings.items(), records.values())


def _hangs_elsewhere(fault: Fault, findings: Mapping[str, Finding]) -> bool:
    """Whether an agent seems to hang where its defect is not; a busy machine looks like that, too."""
    hung = {found.requirement for found in findings.values() if (found.verdict, found.cause) == ("violated", "hung")}
    return not hung <= {*fault.breaks, *fault.sometimes}


def run_through(prepared: Prepared, planned: Sequence[Planned], flight: int) -> Mapping[str, Record]:
    engine = Engine(prepared.setting, prepared.witness, flight=flight)
    try:
        engine.start(planned)
        records = {case.id: engine.record(case.id) for case in planned}
        return {case: record for case, record in records.items() if record is not None}
    finally:
        engine.close()


def _detection(
    fault: Fault, findings: Iterable[tuple[str, Mapping[str, Finding]]], records: Iterable[Record]
) -> Detection:
    violated: dict[str, list[str]] = defaultdict(list)
    undecided = 0
    for case, found in findings:
        for finding in found.values():
            if finding.verdict == "violated":
                violated[finding.requirement].append(case)
            undecided += finding.verdict == "undetermined"
    cases = {requirement: tuple(ids) for requirement, ids in sorted(violated.items())}
    return Detection(fault, cases, undecided, frozenset(record.ending for record in records))


def table(detections: Sequence[Detection], spec: Spec) -> list[str]:
    """The detection table by requirement, as lines of text."""
    catching: dict[str, list[str]] = defaultdict(list)
    for detection in detections:
        for requirement, cases in detection.violated.items():
            if requirement in detection.fault.breaks:
                catching[requirement].append(f"{detection.fault.name} ({len(cases)})")
    judged = [r.id for r in spec.requirements.values() if not r.observed and r.untested is None]
    rows = [f"{requirement:<13} {', '.join(catching[requirement]) or '-'}" for requirement in judged]
    return ["requirement   caught by (cases)", *rows]


def selftest(
    spec: Spec,
    catalogue: Mapping[str, Scenario],
    witness: Command,
    names: Sequence[str],
    say: Callable[[str], None],
    *,
    whole: bool = False,
    shard: Shard | None = None,
    windows: bool = False,
) -> int:
    """Run faulty agents: those for this machine, those for `windows`, or those named; and a shard of them.

    0 when each is caught by what it breaks alone.
    """
    known = faults(spec)
    unknown = sorted(set(names) - {fault.name for fault in known})
    if unknown:
        raise UnknownName("faulty agent", unknown[0], [fault.name for fault in known])
    chosen = [fault for fault in known if (fault.name in names if names else fault.on_windows == windows)]
    chosen = [fault for fault in chosen if shard is None or shard.holds(fault.name)]
    if not chosen:
        raise NothingSelected(f"no faulty agent falls into shard {shard}; use fewer shards")
    detections: list[Detection] = []
    for number, fault in enumerate(chosen, 1):
        detection = detect(fault, witness, spec, catalogue, whole=whole)
        detections.append(detection)
        say(f"{number}/{len(chosen)} {'caught' if detection.clean else 'WRONG '} {fault.name}: {fault.defect}")
        for line in _complaints(detection):
            say(f"    {line}")
    lines = ["", *table(detections, spec)] if len(detections) == len(known) else []
    for line in (*lines, ""):
        say(line)
    others = [fault.name for fault in known if not names and fault.on_windows != windows]
    if others:
        say("")
        say(f"not run, {len(others)} that are for {'this machine' if windows else 'Windows; --windows runs them'}")
    wrong = sum(not detection.clean for detection in detections)
    say("")
    wrong = sum(not detection.clean for detection in detections)
    say(f"{len(detections) - wrong} of {len(detections)} faulty agents caught by what they break and by nothing else")
    return 1 if wrong else 0


def _complaints(detection: Detection) -> list[str]:
    complaints = [f"not caught by {requirement}, which it breaks" for requirement in detection.missed]
    complaints += [
        f"also caught by {requirement}, which it does not break: {detection.violated[requirement][0]}"
        for requirement in detection.unrelated
    ]
    if detection.fault.ending is not None and detection.fault.ending not in detection.endings:
        complaints.append(f"no case ended as {detection.fault.ending}; endings: {', '.join(sorted(detection.endings))}")
    return complaints
