"""`record`: run an agent and keep the evidence, with nothing but Python: no pytest, no verdicts, no report.

For machines on which nothing can be installed. The evidence is judged elsewhere, by `judge` or `matrix`.
"""

from __future__ import annotations

import argparse
import os
import sys
from importlib.util import find_spec
from pathlib import Path

from conformance.assessment import AS_EXPECTED, INCOMPLETE
from conformance.front.bench import Bench
from conformance.front.options import add_agent, add_cases, order
from conformance.live.ledger import Ledger
from conformance.plain import safe
from conformance.selection import NothingSelected


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    add_agent(parser)
    add_cases(parser)
    parser.add_argument("--evidence", metavar="FILE", required=True, help="keep the evidence here")
    parser.add_argument("--source", metavar="TEXT", help="who vouches for this run (in CI: the run of the CI)")


def main(options: argparse.Namespace) -> int:
    """Run every case that is selected; 3 where a case could not be run, by the harness's own fault."""
    if find_spec("psutil") is None:
        sys.stderr.write("psutil is not installed: processes that leave their agent's session are not looked for\n")
    bench = Bench(order(options))
    ledger: Ledger | None = None
    try:
        cases = bench.selected
        if not cases:
            raise NothingSelected("nothing to run: no case fits --case")
        ledger = Ledger.new(Path(options.evidence), bench.header(tuple(planned.id for planned in cases)))
        bench.start(cases)
        endings: list[str] = []
        for number, planned in enumerate(cases, 1):
            record = bench.record(planned.id)
            ledger.write(record)
            endings.append(record.ending)
            if number % 100 == 0 or number == len(cases):
                sys.stderr.write(f"{number}/{len(cases)}\n")
        ledger.end(complete=True)
    finally:
        for stray in bench.close():
            sys.stderr.write(f"ended a process that an agent had left behind: {safe(stray)}\n")
        if ledger is not None:
            ledger.close()
    size = os.path.getsize(options.evidence)
    sys.stdout.write(f"{len(endings)} cases in {safe(options.evidence)}, {size:,} bytes; now have it judged\n")
    return INCOMPLETE if "harness-error" in endings else AS_EXPECTED
