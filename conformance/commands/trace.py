"""`trace`: every requirement with its scenarios, or the reason why it has none."""

from __future__ import annotations

import argparse
import sys

from conformance.assessment import AS_EXPECTED, UNEXPECTED
from conformance.plan import scenarios
from conformance.requirements import load
from conformance.trace import trace


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("--strict", action="store_true", help="exit status 1 where something is missing")


def main(options: argparse.Namespace) -> int:
    """Print the trace and what is missing in it."""
    traces, faults = trace(load(), scenarios())
    for found in traces:
        requirement = found.requirement
        how = (
            f"untested: {requirement.untested}"
            if requirement.untested
            else f"{', '.join(found.scenarios)} ({found.cases} cases)"
        )
        sys.stdout.write(f"{requirement.id:<13} {requirement.level:<6} {how}\n")
        faults += found.faults
    for fault in faults:
        sys.stderr.write(f"{fault}\n")
    tested = sum(bool(found.scenarios) for found in traces)
    sys.stdout.write(f"{len(traces)} requirements, {tested} of them decided by scenarios\n")
    return UNEXPECTED if faults and options.strict else AS_EXPECTED
