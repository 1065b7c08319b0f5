"""`check-agent`: the agent protocol itself, for the author of an agent."""

from __future__ import annotations

import argparse
import sys

from conformance.assessment import AS_EXPECTED, UNEXPECTED
from conformance.live.check_agent import check_agent
from conformance.live.roster import own_command
from conformance.plain import counted, paragraph
from conformance.requirements import load


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("agent_command", metavar="CMD", help="the command that runs the agent, as one word")


def main(options: argparse.Namespace) -> int:
    """Try every step and say what to mend."""
    wrong = 0
    for step in check_agent(own_command(options.agent_command, "CMD"), load()):
        sys.stdout.write(f"{'ok   ' if step.wrong is None else 'WRONG'} {step.asks}\n")
        if step.wrong is not None:
            wrong += 1
            for line in paragraph(step.wrong, "      "):
                sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    sys.stdout.write(
        f"{counted(wrong, 'thing')} to mend, see PROTOCOL.md\n"
        if wrong
        else "this agent speaks the protocol; judge it with `run`\n"
    )
    return UNEXPECTED if wrong else AS_EXPECTED
