"""The command line: finds the command, and turns what goes wrong into one clear line and an exit status.

0 as expected, 1 not as expected, 2 usage or an unknown name, 3 incomplete, 4 the harness or an agent could not start,
5 below the level asked for, 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from types import FrameType
from typing import NoReturn, Protocol, cast

from conformance.assessment import COULD_NOT_START, INTERRUPTED, USAGE
from conformance.evidence import EvidenceError
from conformance.live.agent import StartError
from conformance.live.ledger import LedgerError
from conformance.plain import safe
from conformance.requirements import SpecError

COMMANDS = ("run", "judge", "plan", "explain", "check-agent", "trace", "selftest", "search", "matrix", "diff", "record")


class _Command(Protocol):
    """What a module in `commands` has."""

    def add(self, parser: argparse.ArgumentParser) -> None: ...

    def main(self, options: argparse.Namespace) -> int: ...


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    _bear_any_text()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        status = _run(words)
        sys.stdout.flush()
    except KeyboardInterrupt:
        status = _complain("interrupted", INTERRUPTED)
    except (SpecError, EvidenceError) as error:
        status = _complain(str(error), USAGE)
    except (StartError, LedgerError) as error:
        status = _complain(str(error), COULD_NOT_START)
    except BrokenPipeError:
        # Whoever read the output has gone; what is still in the buffer would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = COULD_NOT_START
    return status


def _run(words: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="ipc-conformance",
        description="Judge implementations of local inter-process communication by running them.",
        epilog="example: ipc-conformance run --agent stdlib --case 'stream/*'",
    )
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    wanted = next((word for word in words if not word.startswith("-")), None)
    modules: dict[str, _Command] = {}
    for name in COMMANDS:
        # Only the command that is asked for is loaded; the others are there by name.
        module = _load(name) if name == wanted else _Unloaded()
        help_text, _, epilog = _HELP[name].partition("\n")
        subparser = subparsers.add_parser(
            name, help=help_text, description=help_text, epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False,
        )  # fmt: skip
        subparser.set_defaults(command=name)
        module.add(subparser)
        modules[name] = module
    options = parser.parse_args(words)
    return modules[options.command].main(options)


_HELP = {
    "run": "run an agent through its cases and judge what it does\n"
    "examples:\n"
    "  ipc-conformance run --agent stdlib\n"
    "  ipc-conformance run --agent-command './my-agent --quiet' --case 'fifo/*' --strict\n"
    "  ipc-conformance run --agent-command 'ssh host python3 agent.pyz' --evidence host.jsonl\n"
    "  ipc-conformance run --resume host.jsonl",
    "judge": "derive the verdicts again from evidence, without any agent\n"
    "example: ipc-conformance judge shard1.jsonl shard2.jsonl --json",
    "plan": "which cases there are for an agent, and why each other one is out\n"
    "example: ipc-conformance plan --agent perl",
    "explain": "a requirement, or a case with what evidence says of it\n"
    "examples:\n"
    "  ipc-conformance explain LS-IO-001\n"
    "  ipc-conformance explain stream/bytes_arrive_in_order/fifo/blocking/size=1 --evidence run.jsonl",
    "check-agent": "try an agent against the agent protocol, for its author\n"
    "example: ipc-conformance check-agent './my-agent --quiet'",
    "trace": "every requirement with its scenarios, or the reason why it has none\n"
    "example: ipc-conformance trace --strict",
    "selftest": "run agents that are wrong on purpose: is each of them caught?\n"
    "example: ipc-conformance selftest",
    "search": "search for sequences of operations that an agent answers wrongly\n"
    "example: ipc-conformance search --agent stdlib --primitive unnamed_pipe",
    "matrix": "support levels from the evidence of many runs: pages, badges, a gate\n"
    "examples:\n"
    "  ipc-conformance matrix table matrix/results\n"
    "  ipc-conformance matrix build --out site matrix/results run.jsonl\n"
    "  ipc-conformance matrix check --baseline main matrix/results\n"
    "  ipc-conformance matrix judge --out matrix/results run.jsonl",
    "record": "run an agent and keep the evidence, with nothing but Python\n"
    "example: ipc-conformance record --evidence here.jsonl --source 'who I am'",
    "diff": "what changed from one run to another\n"
    "example: ipc-conformance diff before.jsonl after.jsonl --gate",
}  # fmt: skip


def _load(name: str) -> _Command:
    # A module has no protocol that a checker could verify; the tests call every command.
    return cast("_Command", import_module(f"conformance.commands.{name.replace('-', '_')}"))


class _Unloaded:
    """Stands for a command that is not asked for."""

    def add(self, parser: argparse.ArgumentParser) -> None:
        """No arguments are known."""

    def main(self, options: argparse.Namespace) -> int:
        """Never reached: a command that is asked for is loaded."""
        raise AssertionError(options.command)


def _complain(message: str, status: int) -> int:
    sys.stderr.write(f"ipc-conformance: {safe(message)}\n")
    return status


def _interrupt(_signum: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _bear_any_text() -> None:
    """A terminal or pipe that cannot show a character gets its escape, not an error."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
