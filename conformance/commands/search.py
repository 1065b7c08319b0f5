"""`search`: look for sequences of operations that an agent answers otherwise than a byte stream does."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from conformance import frozen
from conformance.assessment import AS_EXPECTED, UNEXPECTED
from conformance.bench import Bench
from conformance.options import add_agent, order
from conformance.plain import safe
from conformance.requirements import SpecError
from conformance.search import EXAMPLES, PATIENCE_MS, search
from conformance.search_outcome import Hunt, freeze, own_file, told
from conformance.selection import NothingSelected, UnknownName
from conformance.sequence import PRIMITIVES


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    add_agent(parser, patience=PATIENCE_MS / 1000)
    parser.add_argument("--primitive", action="append", metavar="NAME", help=f"only {', '.join(PRIMITIVES)}")
    parser.add_argument(
        "--examples", type=int, default=EXAMPLES, metavar="N", help=f"sequences for each (default: {EXAMPLES})"
    )
    parser.add_argument("--seed", metavar="N|random", help="another search than the one that is the same every time")
    parser.add_argument(
        "--frozen",
        metavar="FILE",
        dest="freeze_in",
        help="add what is found here (default: the suite's own file, in a checkout)",
    )


def main(options: argparse.Namespace) -> int:
    """Search each primitive; 1 when something was found."""
    primitives = options.primitive or list(PRIMITIVES)
    for name in primitives:
        if name not in PRIMITIVES:
            raise UnknownName("primitive to search", name, PRIMITIVES)
    seed = None if options.seed is None else options.seed if options.seed == "random" else _number(options.seed)
    path = own_file() if options.freeze_in is None else Path(options.freeze_in)
    bench = Bench(order(options))
    agent = f"--agent {bench.order.agent}" if bench.order.agent else '--agent-command "$AGENT_COMMAND"'
    try:
        hunts: list[Hunt] = []
        for name in primitives:
            scenario = bench.catalogue[frozen.SCENARIO]
            hunts.append(search(bench.prepared, scenario, name, examples=options.examples, seed=seed))
            for line in told(hunts[-1], agent).splitlines():
                sys.stdout.write(f"{safe(line)}\n")
            sys.stdout.flush()
    finally:
        bench.close()
    if not any(hunt.modes for hunt in hunts):
        raise NothingSelected("nothing to search: the agent does not offer what that takes")
    fresh = freeze(hunts, path)
    if fresh:
        sys.stdout.write(f"frozen in {path}: {', '.join(fresh)}\n")
    return UNEXPECTED if any(hunt.found for hunt in hunts) else AS_EXPECTED


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise SpecError(f"--seed {text!r} is to be a whole number, or random") from None
