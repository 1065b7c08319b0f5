"""`judge`: the verdicts again, from evidence alone."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from conformance.assessment import AS_EXPECTED, Rules
from conformance.document import plan_of, requirements_by_case
from conformance.evidence import Evidence, merge
from conformance.expectations import parse, unmatched
from conformance.ledger import load
from conformance.options import add_rules, expectations
from conformance.outcome import Wanted, derive, level_wanted, put_out
from conformance.plan import scenarios
from conformance.requirements import SpecError
from conformance.requirements import load as load_spec
from conformance.selection import Shard, missing_shards


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("evidence", nargs="+", metavar="EVIDENCE", help="evidence of a run, or of its shards together")
    add_rules(parser)


def main(options: argparse.Namespace) -> int:
    """Judge one run, or, as text, several after each other."""
    wanted = Wanted(options.json, level_wanted(options.level))
    runs = together([Path(path) for path in options.evidence])
    if len(runs) > 1 and options.json:
        raise SpecError(
            "these are files of different agents, machines or versions; judge each run into its own document"
        )
    spec, catalogue = load_spec(), scenarios()
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


def together(paths: list[Path]) -> list[tuple[Path, Evidence]]:
    """Evidence by run: shards put together, and not complete while one of them is missing."""
    parts = {path: load(path) for path in paths}
    runs: list[tuple[Path, Evidence]] = []
    for evidence in merge(parts.values()):
        mine = {path: part for path, part in parts.items() if _same_run(part, evidence)}
        first = next(iter(mine))
        texts = [part.header.selection.get("shard") for part in mine.values()]
        missing = missing_shards([Shard.parse(text) if isinstance(text, str) else None for text in texts])
        if missing and len(mine) > 1:
            sys.stderr.write(f"{first}: shard {', '.join(map(str, missing))} is missing\n")
            evidence = replace(evidence, ended=False)
        runs.append((first, evidence))
    return runs


def _same_run(part: Evidence, whole: Evidence) -> bool:
    ours, theirs = part.header, whole.header
    return (ours.suite, ours.spec, ours.environment, ours.agents) == (
        theirs.suite, theirs.spec, theirs.environment, theirs.agents,
    )  # fmt: skip
