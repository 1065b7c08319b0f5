"""`search`: look for sequences of operations that an agent answers otherwise than a byte stream does."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

from conformance.assessment import AS_EXPECTED, UNEXPECTED
from conformance.front.bench import Bench, Order
from conformance.front.options import add_agent, order
from conformance.front.outcome import command_line
from conformance.live.search import EXAMPLES, PATIENCE_MS, search
from conformance.live.search_outcome import Hunt, freeze, own_file, told
from conformance.plain import safe
from conformance.requirements import SpecError
from conformance.selection import NothingSelected, UnknownName
from conformance.sequences import frozen
from conformance.sequences.sequence import PRIMITIVES


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    add_agent(parser, patience=PATIENCE_MS / 1000)
    parser.add_argument("--primitive", action="append", metavar="NAME", help=f"only {', '.join(PRIMITIVES)}")
    parser.add_argument(
        "--examples", type=_positive, default=EXAMPLES, metavar="N", help=f"sequences for each (default: {EXAMPLES})"
    )
    parser.add_argument("--seed", metavar="N|random", help="another search than the one that is the same every time")
    parser.add_argument(
        "--freeze", action="store_true", help="keep what is found: every later run replays it (see --frozen)"
    )
    parser.add_argument(
        "--frozen",
        metavar="FILE",
        dest="freeze_in",
        help="keep it here, for `run --frozen FILE` (default: the suite's own file, in a checkout)",
    )


def main(options: argparse.Namespace) -> int:
    """Search each primitive; 1 when something was found, or a sequence could not be judged."""
    primitives = options.primitive or list(PRIMITIVES)
    for name in primitives:
        if name not in PRIMITIVES:
            raise UnknownName("primitive to search", name, PRIMITIVES)
    seed = None if options.seed is None else options.seed if options.seed == "random" else _number(options.seed)
    path = _frozen_file(options)
    bench = Bench(order(options))
    again = [command_line(), "run", *_agent(bench.order)]
    try:
        hunts: list[Hunt] = []
        for name in primitives:
            scenario = bench.catalogue[frozen.SCENARIO]
            hunts.append(search(bench.prepared, scenario, name, examples=options.examples, seed=seed))
            for line in told(hunts[-1], " ".join(again)).splitlines():
                sys.stdout.write(f"{safe(line)}\n")
            sys.stdout.flush()
    finally:
        bench.close()
    if not any(hunt.modes for hunt in hunts):
        raise NothingSelected("nothing to search: the agent does not offer what that takes")
    fresh = [] if path is None else freeze(hunts, path)
    if fresh:
        sys.stdout.write(f"frozen in {path}: {', '.join(fresh)}\n")
    return UNEXPECTED if any(hunt.found or hunt.untold for hunt in hunts) else AS_EXPECTED


def _frozen_file(options: argparse.Namespace) -> Path | None:
    if options.freeze_in is not None and not options.freeze:
        raise SpecError(
            f"--frozen {options.freeze_in} says where to keep what is found; say also that you want to: --freeze"
        )
    if not options.freeze:
        return None
    return own_file() if options.freeze_in is None else Path(options.freeze_in)


def _agent(order_: Order) -> list[str]:
    own = [] if order_.agent_command is None else ["--agent-command", shlex.quote(order_.agent_command)]
    own += [] if order_.witness_command is None else ["--witness-command", shlex.quote(order_.witness_command)]
    return own if order_.agent is None else ["--agent", order_.agent, *own]


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is to be a whole number, 1 or more")
    return int(text)


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise SpecError(f"--seed {text!r} is to be a whole number, or random") from None
