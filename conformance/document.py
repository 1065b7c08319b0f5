"""The one JSON document that `run`, `judge` and `plan` put out with `--json`. Pure: a function of evidence and spec."""

from __future__ import annotations

import json
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from conformance import schema, shape
from conformance.evidence import Evidence
from conformance.judge import VERDICTS, Verdict, judge
from conformance.plan import Planned, claims, hidden, plan
from conformance.requirements import LEVELS, Spec
from conformance.scenario import Scenario
from conformance.sequences.frozen import with_named
from matrix.cells import Cell, cells
from matrix.claims import load_claims
from matrix.levels import Key, Level, levels, load_policy

OWN_AGENT = '"$AGENT_COMMAND"'
OWN_WITNESS = '"$WITNESS_COMMAND"'


@dataclass(frozen=True, slots=True)
class Judged:
    """Evidence with everything that follows from it."""

    evidence: Evidence
    plan: tuple[Planned, ...]
    verdicts: tuple[Verdict, ...]
    support: Mapping[str, tuple[Cell, Level]]
    orphans: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether every planned case has a record, and is still one that this suite knows."""
        return self.evidence.complete and not self.orphans

    @property
    def platform(self) -> str:
        """The platform that the evidence is from."""
        return platform_of(self.evidence)


def judged(evidence: Evidence, spec: Spec, catalogue: Mapping[str, Scenario]) -> Judged:
    """Derive the verdicts, and the support levels that they carry."""
    everything = plan_of(evidence, spec, catalogue)
    left_out = cases_left_out(evidence, everything)
    verdicts = judge(evidence, spec, catalogue, everything)
    found = cells(evidence, verdicts, left_out)
    by_key = levels(found, load_policy(), load_claims(spec.platforms))
    support = {
        cell.primitive: (cell, by_key[Key(cell.agent, cell.platform, cell.emulator, cell.primitive)]) for cell in found
    }
    decided = {planned.id for planned in everything if planned.decides}
    orphans = tuple(case for case in evidence.header.planned if case not in decided)
    return Judged(evidence, tuple(everything), tuple(verdicts), support, orphans)


def plan_of(evidence: Evidence, spec: Spec, catalogue: Mapping[str, Scenario]) -> list[Planned]:
    """Every case there is for the agent that evidence is about, on its platform."""
    known = with_named(catalogue, evidence.header.planned)
    header = evidence.header
    return plan(
        spec, known.values(), platform_of(evidence), claims(header.agents["subject"]), hidden(header.environment)
    )


def cases_left_out(evidence: Evidence, everything: Sequence[Planned]) -> Mapping[str, int]:
    """How many cases of each primitive the run could have decided and did not select."""
    wanted = frozenset(evidence.header.planned)
    return Counter(planned.primitive for planned in everything if planned.decides and planned.id not in wanted)


def platform_of(evidence: Evidence) -> str:
    """The platform that evidence is from."""
    return str(evidence.header.environment.get("platform"))


def document(run: Judged) -> Mapping[str, object]:
    """The document, in the order in which it is written."""
    header = run.evidence.header
    counts = Counter(verdict.verdict for verdict in run.verdicts)
    return {
        "schema": schema.uri(schema.DOCUMENT),
        "environment": header.environment,
        "agents": header.agents,
        "complete": run.complete,
        "counts": {verdict: counts[verdict] for verdict in VERDICTS},
        "verdicts": [
            {
                "case": verdict.case,
                "requirement": verdict.requirement,
                "level": verdict.level,
                "verdict": verdict.verdict,
                "cause": verdict.cause,
                "detail": verdict.detail,
                "reproduce": "ipc-conformance " + reproduce(header.selection, verdict.case),
            }
            for verdict in run.verdicts
        ],
        "support": {primitive: _support(cell, level) for primitive, (cell, level) in run.support.items()},
    }


def text(run: Judged) -> str:
    """The document as it is put out: one JSON object, ASCII, with a newline at its end."""
    return json.dumps(document(run), indent=1) + "\n"


def reproduce(
    selection: Mapping[str, object], case: str, *, agent_command: str | None = None, witness_command: str | None = None
) -> str:
    """The arguments that run one case again, from the selection in an evidence's first line.

    Evidence keeps no command lines, which can hold names and paths of a user: where they are not given, variables
    stand for them.
    """
    words = ["run"]
    named = selection.get("agent")
    if isinstance(named, str):
        words += ["--agent", shlex.quote(named)]
    else:
        words += ["--agent-command", OWN_AGENT if agent_command is None else shlex.quote(agent_command)]
    if selection.get("witness") == "own":
        words += ["--witness-command", OWN_WITNESS if witness_command is None else shlex.quote(witness_command)]
    return " ".join([*words, "--case", shlex.quote(case)])


def requirements_by_case(everything: Sequence[Planned]) -> Mapping[str, Sequence[str]]:
    """Which requirements each case is about, decided or not."""
    return {planned.id: (*planned.decides, *planned.out) for planned in everything}


def _support(cell: Cell, level: Level) -> Mapping[str, object]:
    return {
        "level": level.name,
        "complete": cell.complete,
        "counts": {
            word: {verdict: cell.count(word, verdict) for verdict in VERDICTS if cell.count(word, verdict)}
            for word in LEVELS
        },
    }


def subject_name(evidence: Evidence) -> str:
    """The judged implementation and its version, as it calls itself."""
    implementation = shape.table(evidence.header.agents["subject"].get("implementation")) or {}
    return f"{implementation.get('name')} {implementation.get('version')}"
