"""`plan`: which cases there are for an agent, and why each other one is out."""

from __future__ import annotations

import argparse
import sys

from conformance.document import judged, text
from conformance.evidence import Evidence
from conformance.front.bench import Bench
from conformance.front.options import add_agent, add_cases, order
from conformance.plain import safe
from conformance.selection import Shard, select


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    add_agent(parser)
    add_cases(parser)
    parser.add_argument("--shard", metavar="I/N", help="part I of N")
    parser.add_argument("--json", action="store_true", help="the document of a run in which no case was run yet")


def main(options: argparse.Namespace) -> int:
    """Probe the agent and print its plan."""
    if options.shard is not None:
        Shard.parse(options.shard)
    bench = Bench(order(options))
    try:
        if options.json:
            header = bench.header([planned.id for planned in bench.selected])
            run = judged(Evidence(header, {}, ended=False, seal="", length=0), bench.spec, bench.catalogue)
            sys.stdout.write(text(run))
        else:
            _show(bench)
    finally:
        bench.close()
    return 0


def _show(bench: Bench) -> None:
    chosen = {planned.id for planned in bench.selected}
    fitting = {planned.id for planned in select(bench.plan, bench.order.cases, None)}
    for planned in bench.plan:
        if planned.id in chosen:
            sys.stdout.write(f"in   {planned.id}  {' '.join(planned.decides)}\n")
        elif planned.decides:
            why = "in another shard" if planned.id in fitting else "fits no --case"
            sys.stdout.write(f"out  {planned.id}  {why}\n")
        for finding in planned.out.values():
            sys.stdout.write(f"out  {planned.id}  {finding.requirement} {finding.verdict}: {safe(finding.detail)}\n")
    sys.stdout.write(f"{len(chosen)} cases in, {len(bench.plan) - len(chosen)} out\n")
