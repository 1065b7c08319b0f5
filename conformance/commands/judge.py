"""`judge`: the verdicts again, from evidence alone."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from conformance.assessment import AS_EXPECTED, Rules
from conformance.document import plan_of, requirements_by_case
from conformance.expectations import parse, unmatched
from conformance.front.options import add_rules, expectations
from conformance.front.outcome import Wanted, derive, level_wanted, put_out
from conformance.front.shards import together
from conformance.plan import scenarios
from conformance.requirements import SpecError
from conformance.requirements import load as load_spec


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
