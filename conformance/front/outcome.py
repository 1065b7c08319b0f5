"""What follows from evidence: judged, measured, put out as text or JSON, with an exit status."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from conformance.assessment import Assessment, Rules, assess
from conformance.document import Judged, judged, reproduce, text
from conformance.evidence import Evidence
from conformance.front.report import Words, report
from conformance.plain import Paint, colour_wanted
from conformance.requirements import Spec, SpecError
from conformance.scenario import Scenario
from matrix.levels import Level, load_policy

_PROGRAM = "ipc-conformance"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How an outcome is to be put out, and which level it has to reach."""

    json: bool
    level: Level | None
    agent_command: str | None = None
    witness_command: str | None = None


def level_wanted(name: str | None) -> Level | None:
    """The level of `--level`; SpecError lists the levels there are. `explicit-without-ci` is as good as its title."""
    if name is None:
        return None
    policy = load_policy()
    spelled = {level.name.lower().replace(" ", "-"): level for level in policy.levels}
    found = spelled.get(name.lower().replace(" ", "-"))
    if found is None:
        raise SpecError(f"no level {name!r}; there are: {', '.join(level.name for level in policy.levels)}")
    return found


def derive(
    evidence: Evidence, spec: Spec, catalogue: Mapping[str, Scenario], rules: Rules
) -> tuple[Judged, Assessment]:
    """Everything that follows from one run's evidence."""
    run = judged(evidence, spec, catalogue)
    return run, assess(run.verdicts, run.platform, rules)


def put_out(run: Judged, assessment: Assessment, spec: Spec, wanted: Wanted, path: Path) -> int:
    """Print the outcome on standard output; the exit status."""
    below = _below(run, wanted.level)
    if wanted.json:
        sys.stdout.write(text(run))
    else:
        words = _words(run, wanted, path)
        paint = Paint(colour_wanted(os.environ, terminal=sys.stdout.isatty()))
        for line in report(run, assessment, spec, words, paint, below=below):
            sys.stdout.write(f"{line}\n")
    return assessment.status(complete=run.complete, below_level=bool(below))


def command_line() -> str:
    """How this program is called from a shell."""
    if shutil.which(_PROGRAM) is not None:
        return _PROGRAM
    beside = Path(sys.executable).with_name(_PROGRAM)
    return shlex.quote(str(beside)) if beside.exists() else f"{shlex.quote(sys.executable)} -m conformance"


def _below(run: Judged, wanted: Level | None) -> list[str]:
    """The primitives that the agent offers and whose level is lower than the one asked for."""
    if wanted is None:
        return []
    return [
        f"{primitive} is {level.name}, not {wanted.name}"
        for primitive, (cell, level) in run.support.items()
        if cell.offered and level.rank > wanted.rank
    ]


def _words(run: Judged, wanted: Wanted, path: Path) -> Words:
    program = command_line()

    def again(case: str) -> str:
        arguments = reproduce(
            run.evidence.header.selection,
            case,
            agent_command=wanted.agent_command,
            witness_command=wanted.witness_command,
        )
        return f"{program} {arguments}"

    return Words(again, lambda case: f"{program} explain {shlex.quote(case)} --evidence {shlex.quote(str(path))}")
