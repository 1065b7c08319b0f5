"""Command line options that several commands share, and what they mean."""

from __future__ import annotations

import argparse
from importlib.resources import files
from pathlib import Path

from conformance.front.bench import Order
from conformance.live.roster import DEFAULT, roster
from conformance.live.run import PATIENCE_MS
from conformance.requirements import SpecError


def add_agent(parser: argparse.ArgumentParser, *, patience: float = PATIENCE_MS / 1000) -> None:
    """Which agent."""
    group = parser.add_argument_group("the agent")
    group.add_argument("--agent", metavar="NAME", help=f"one that the suite brings (default: {DEFAULT})")
    group.add_argument("--agent-command", metavar="CMD", help="the command that runs it, also on another machine")
    group.add_argument(
        "--witness-command", metavar="CMD",
        help="the command that runs the harness's own party on the agent's machine (default: the suite's)",
    )  # fmt: skip
    group.add_argument(
        "--patience",
        metavar="SECONDS",
        type=_seconds,
        default=patience,
        help=f"how long a reply may take (default: {patience:g})",
    )


def add_cases(parser: argparse.ArgumentParser) -> None:
    """Which cases."""
    parser.add_argument(
        "--case", metavar="GLOB", action="append", default=[], dest="cases",
        help="only the cases whose id fits; * also crosses /; may be given again",
    )  # fmt: skip


def add_rules(parser: argparse.ArgumentParser) -> None:
    """What fails a run."""
    parser.add_argument("--strict", action="store_true", help="a violated `should` fails, too")
    parser.add_argument("--expectations", metavar="FILE", help="known violations (default: those of a named agent)")
    parser.add_argument(
        "--level", metavar="LEVEL",
        help="exit status 5 where a primitive that the agent offers has a lower support level, "
        "such as 'explicit without CI'",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output and nothing else")


def order(options: argparse.Namespace, *, default_agent: str | None = DEFAULT) -> Order:
    """What the options ask for."""
    if options.agent is not None and options.agent_command is not None:
        raise SpecError("--agent and --agent-command are two ways to say one thing; give one of them")
    agent = None if options.agent_command is not None else options.agent or default_agent
    text, source = expectations(getattr(options, "expectations", None), agent)
    frozen = getattr(options, "frozen", None)
    made = Order(
        agent, options.agent_command, options.witness_command, round(options.patience * 1000),
        tuple(getattr(options, "cases", ())), getattr(options, "shard", None), None,
        getattr(options, "strict", False), text, source,
        "" if frozen is None else read_text(frozen, "--frozen"), getattr(options, "source", None),
    )  # fmt: skip
    _ = made.witness, made.subject
    return made


def read_text(path: str, what: str) -> str:
    """The text of a file that an option names."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise SpecError(f"{what} {path}: cannot be read: {error}") from error


def expectations(path: str | None, agent: str | None) -> tuple[str, str]:
    """The text of a file of expectations, and its name: the one that is given, or a named agent's own."""
    if path is not None:
        return read_text(path, "--expectations"), Path(path).name
    if agent is None or agent not in roster():
        return "", ""
    own = files("conformance") / "expectations" / f"{agent}.toml"
    return (own.read_text(encoding="utf-8"), own.name) if own.is_file() else ("", "")


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 3600:
        raise argparse.ArgumentTypeError(f"{text!r} is to be a number of seconds, more than 0 and at most 3600")
    return seconds
