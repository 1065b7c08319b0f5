"""`explain`: a requirement, or a case and what evidence says of it, in full."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from conformance.document import reproduce
from conformance.evidence import Evidence
from conformance.front.outcome import command_line
from conformance.front.report import finding_lines, requirement_lines
from conformance.judge import VERDICTS, Verdict, judge
from conformance.live.ledger import load
from conformance.plain import Paint, colour_wanted, counted, paragraph, safe
from conformance.plan import Planned, plan, scenarios
from conformance.requirements import Requirement, Spec
from conformance.requirements import load as load_spec
from conformance.selection import UnknownName
from conformance.sequences.frozen import with_named


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("name", metavar="REQUIREMENT|CASE", help="an id of either")
    parser.add_argument("--evidence", metavar="FILE", help="say what this evidence holds of it, too")


def main(options: argparse.Namespace) -> int:
    """Print everything that is known."""
    spec = load_spec()
    catalogue = with_named(scenarios(), [options.name])
    evidence = None if options.evidence is None else load(Path(options.evidence))
    cases = plan(spec, catalogue.values(), next(iter(spec.platforms)), spec.capabilities)
    by_id = {planned.id: planned for planned in cases}
    if options.name in spec.requirements:
        lines = _requirement(spec.requirements[options.name], cases, evidence, spec)
    elif options.name in by_id:
        lines = _case(by_id[options.name], evidence, spec)
    else:
        raise UnknownName("requirement or case", options.name, [*spec.requirements, *by_id])
    for line in lines:
        sys.stdout.write(f"{line}\n")
    return 0


def _requirement(
    requirement: Requirement, cases: list[Planned], evidence: Evidence | None, spec: Spec
) -> Iterator[str]:
    yield from requirement_lines(requirement)
    yield f"  Primitives: {', '.join(requirement.primitives)}; modes: {', '.join(requirement.modes)}"
    yield f"  Platforms: {', '.join(name for name in spec.platforms if name in requirement.platforms)}"
    if requirement.needs:
        yield f"  Asked only of agents that claim {', '.join(requirement.needs)}"
    for platform, outcomes in requirement.outcomes.items():
        yield f"  Allowed{'' if platform == 'default' else f' on {platform}'}: {' or '.join(outcomes)}"
    if requirement.observed:
        yield "  Left open by the standards: what happens is recorded, and nothing is a violation."
    if requirement.untested is not None:
        yield from paragraph(f"Untested: {requirement.untested}", "  ")
    mine = [planned for planned in cases if requirement.id in (*planned.decides, *planned.out)]
    verdicts = [] if evidence is None else _verdicts(evidence, spec, mine)
    told = {verdict.case: verdict for verdict in verdicts if verdict.requirement == requirement.id}
    by_scenario: dict[str, list[Planned]] = {}
    for planned in mine:
        by_scenario.setdefault(f"{planned.scenario.theme}/{planned.scenario.name}", []).append(planned)
    yield f"  Decided by {counted(len(by_scenario), 'scenario')}, {counted(len(mine), 'case')}:"
    for scenario, its in by_scenario.items():
        yield f"    {scenario}  ({counted(len(its), 'case')})"
        yield from paragraph(its[0].scenario.sentence, "      ")
        yield f"      {its[0].id}{' and others' if len(its) > 1 else ''}"
        yield from _told([told[planned.id] for planned in its if planned.id in told])


def _told(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """How many cases came out how, and every one that was not as it should be."""
    counts = Counter(verdict.verdict for verdict in verdicts)
    if counts:
        yield "      " + ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS if counts[verdict])
    for verdict in verdicts:
        if verdict.verdict in ("violated", "undetermined", "observed"):
            yield f"      {verdict.verdict}  {verdict.case}  {safe(verdict.detail.partition(chr(10))[0])}".rstrip()


def _case(planned: Planned, evidence: Evidence | None, spec: Spec) -> Iterator[str]:
    yield safe(planned.id)
    yield from paragraph(planned.scenario.sentence, "  ")
    if evidence is None:
        for requirement_id in (*planned.decides, *planned.out):
            yield from requirement_lines(spec.requirement(requirement_id))
        yield f"  run it: {command_line()} run --case {shlex.quote(planned.id)}"
        return
    paint = Paint(colour_wanted(os.environ, terminal=sys.stdout.isatty()))
    verdicts = _verdicts(evidence, spec, [planned])
    if not verdicts:
        yield "  This evidence is of a run that left the case out."
    for verdict in verdicts:
        yield from requirement_lines(spec.requirement(verdict.requirement))
        yield f"  Verdict: {verdict.verdict}"
        yield from finding_lines(verdict, evidence.records.get(planned.id), paint)
    yield f"  Again: {command_line()} {reproduce(evidence.header.selection, planned.id)}"


def _verdicts(evidence: Evidence, spec: Spec, cases: Sequence[Planned]) -> list[Verdict]:
    """What the evidence says of these cases; the others are not replayed."""
    wanted = {planned.id for planned in cases}
    planned = tuple(case for case in evidence.header.planned if case in wanted)
    narrow = replace(evidence, header=replace(evidence.header, planned=planned))
    return [verdict for verdict in judge(narrow, spec, scenarios()) if verdict.case in wanted]
