"""`judge`: the verdicts again, from evidence alone."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from conformance import shape
from conformance.assessment import AS_EXPECTED, Rules
from conformance.document import plan_of, requirements_by_case
from conformance.evidence import Evidence, merge, place
from conformance.expectations import parse, unmatched
from conformance.ledger import load
from conformance.options import add_rules, expectations
from conformance.outcome import Wanted, derive, level_wanted, put_out
from conformance.plan import scenarios
from conformance.requirements import Spec, SpecError
from conformance.requirements import load as load_spec
from conformance.scenario import Scenario
from conformance.selection import Shard, missing_shards, select


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("evidence", nargs="+", metavar="EVIDENCE", help="evidence of a run, or of its shards together")
    add_rules(parser)


def main(options: argparse.Namespace) -> int:
    """Judge one run, or, as text, several after each other."""
    wanted = Wanted(options.json, level_wanted(options.level))
    spec, catalogue = load_spec(), scenarios()
    runs = together([Path(path) for path in options.evidence], spec, catalogue)
    if len(runs) > 1 and options.json:
        raise SpecError(
            "these are files of different agents, machines or versions; judge each run into its own document"
        )
    statuses: list[int] = []
    for path, evidence in runs:
        if evidence.header.spec != spec.digest:
            sys.stderr.write(f"{path}: made with another version of the spec; cases that it changed are undetermined\n")
        cases = requirements_by_case(plan_of(evidence, spec, catalogue))
        agent = evidence.header.selection.get("agent")
        text, source = expectations(options.expectations, agent if isinstance(agent, str) else None)
        known = parse(text, source, spec, cases)
        rules = Rules(known, unmatched(known, cases), options.strict, datetime.now(UTC).date())
        run, assessment = derive(evidence, spec, catalogue, rules)
        statuses.append(put_out(run, assessment, spec, wanted, path))
    return next((status for status in statuses if status != AS_EXPECTED), AS_EXPECTED)


def together(paths: Sequence[Path], spec: Spec, catalogue: Mapping[str, Scenario]) -> list[tuple[Path, Evidence]]:
    """Evidence by run: shards put together, and not complete unless together they are the plan."""
    parts = {path: load(path) for path in paths}
    runs: list[tuple[Path, Evidence]] = []
    for evidence in merge(parts.values()):
        mine = {path: part for path, part in parts.items() if _same_run(part, evidence)}
        first = next(iter(mine))
        gaps = _gaps(list(mine.values()), evidence, spec, catalogue) if len(mine) > 1 else []
        for gap in gaps:
            sys.stderr.write(f"{first}: {gap}\n")
        runs.append((first, replace(evidence, ended=evidence.ended and not gaps)))
    return runs


def _gaps(parts: Sequence[Evidence], whole: Evidence, spec: Spec, catalogue: Mapping[str, Scenario]) -> list[str]:
    """Why parts are not one whole run."""
    selections = [part.header.selection for part in parts]
    shards = [selection.get("shard") for selection in selections]
    missing = missing_shards([Shard.parse(shard) if isinstance(shard, str) else None for shard in shards])
    if missing:
        return [f"shard {', '.join(map(str, missing))} is missing"]
    if any(selection.get(key) != selections[0].get(key) for selection in selections for key in ("cases", "keyword")):
        return ["the parts were selected by different --case or -k; judge them one at a time"]
    if selections[0].get("keyword") is not None or whole.header.spec != spec.digest:
        return []
    globs = shape.texts(selections[0].get("cases")) or ()
    wanted = [planned.id for planned in select(plan_of(whole, spec, catalogue), globs, None)]
    lost = [case for case in wanted if case not in whole.header.planned]
    return [f"{len(lost)} cases of the plan are in none of the shards, such as {lost[0]}"] if lost else []


def _same_run(part: Evidence, whole: Evidence) -> bool:
    ours, theirs = part.header, whole.header
    return (ours.suite, ours.spec, place(ours.environment), ours.agents) == (
        theirs.suite, theirs.spec, place(theirs.environment), theirs.agents,
    )  # fmt: skip
