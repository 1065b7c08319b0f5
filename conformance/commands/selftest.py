"""`selftest`: agents that are wrong on purpose, and which requirement catches each."""

from __future__ import annotations

import argparse

from conformance.live.roster import WITNESS, named_command
from conformance.live.selftest import selftest
from conformance.plain import safe
from conformance.plan import scenarios
from conformance.requirements import load
from conformance.selection import Shard


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("names", nargs="*", metavar="FAULT", help="only these faulty agents")
    parser.add_argument("--shard", metavar="I/N", help="part I of N; the parts together are all faulty agents")
    parser.add_argument(
        "--whole",
        action="store_true",
        help="every case against each, not only each scenario once for each primitive and the cases of what is broken",
    )


def main(options: argparse.Namespace) -> int:
    """Run them."""
    spec, catalogue, witness = load(), scenarios(), named_command(WITNESS)
    shard = None if options.shard is None else Shard.parse(options.shard)
    return selftest(spec, catalogue, witness, options.names, _say, whole=options.whole, shard=shard)


def _say(line: str) -> None:
    print(safe(line), flush=True)
