"""`selftest`: agents that are wrong on purpose, and which requirement catches each."""

from __future__ import annotations

import argparse

from conformance.plain import safe
from conformance.plan import scenarios
from conformance.requirements import load
from conformance.roster import WITNESS, named_command
from conformance.selftest import selftest


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("names", nargs="*", metavar="FAULT", help="only these faulty agents")


def main(options: argparse.Namespace) -> int:
    """Run them."""
    return selftest(
        load(), scenarios(), named_command(WITNESS), options.names, lambda line: print(safe(line), flush=True)
    )
