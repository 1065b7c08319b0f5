"""`run`: an agent through its cases. pytest is the front end; the engine starts before pytest is loaded."""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import shutil
import signal
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from conformance.assessment import INTERRUPTED
from conformance.evidence import Evidence, Record, place
from conformance.front.bench import Bench, Order
from conformance.front.options import add_agent, add_cases, add_rules, order
from conformance.front.outcome import Wanted, command_line, derive, level_wanted, put_out
from conformance.front.progress import Progress
from conformance.front.report import SHOWN
from conformance.front.sealed import Front, seal
from conformance.live.agent import StartError
from conformance.live.ledger import Ledger, load, private_directory
from conformance.live.strays import end_strays
from conformance.plain import Paint, colour_wanted, safe
from conformance.plan import Planned
from conformance.requirements import SpecError
from conformance.selection import NothingSelected, Shard

# pytest's exit statuses, which cannot be imported before pytest is.
_PYTEST_INTERRUPTED, _PYTEST_BROKEN, _PYTEST_USAGE, _PYTEST_NOTHING = 2, 3, 4, 5


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    add_agent(parser)
    cases = parser.add_argument_group("the cases")
    add_cases(parser)
    cases.add_argument(
        "-k", metavar="EXPR", dest="keyword", help="pytest's expression over case ids: 'fifo and not size'"
    )
    cases.add_argument("--shard", metavar="I/N", help="part I of N; the parts together are the plan")
    cases.add_argument("--frozen", metavar="FILE", help="replay the sequences that a search has put there, too")
    spread = parser.add_argument_group("where they run")
    spread.add_argument("-n", metavar="N", dest="workers", help="in N processes, or auto (pytest-xdist)")
    spread.add_argument("--tx", metavar="SPEC", action="append", default=[], help="in such a process (pytest-xdist)")
    files = parser.add_argument_group("files")
    files.add_argument("--evidence", metavar="FILE", help="keep the evidence here")
    files.add_argument(
        "--source", metavar="TEXT", help="who vouches for this run, for the evidence (in CI: the run of the CI)"
    )
    files.add_argument("--resume", metavar="FILE", help="go on with evidence of a run that was cut off")
    files.add_argument("--junit", metavar="FILE", help="write JUnit XML, for the cases that are run now")
    add_rules(parser)


def main(options: argparse.Namespace) -> int:
    """Run, judge, report."""
    threading.Thread(target=_load_pytest, daemon=True).start()
    front = Front(options.keyword, options.workers, tuple(options.tx), options.junit)
    wanted = Wanted(options.json, level_wanted(options.level), options.agent_command, options.witness_command)
    path = options.resume or options.evidence
    if options.shard is not None:
        Shard.parse(options.shard)
    before = _resumed(options) if options.resume else None
    bench = Bench(order(options) if before is None else _order_again(options, before))
    directory = private_directory()
    run = Run(bench, directory, Path(path) if path else directory / "evidence.jsonl", front, before)
    try:
        _ = bench.rules
        if before is not None:
            _check_same(before, bench)
        try:
            interrupted = run.go()
        finally:
            run.close()
        return run.outcome(wanted, interrupted=interrupted)
    finally:
        run.close()
        if run.path.parent == directory and run.worth_keeping:
            sys.stdout.flush()
            sys.stderr.write(f"evidence: {run.path}\n")
        else:
            shutil.rmtree(directory)


class Run:
    """One run: the host of pytest."""

    def __init__(self, bench: Bench, directory: Path, path: Path, front: Front, before: Evidence | None) -> None:
        self.bench = bench
        self.directory = directory
        self.path = path
        self._front = front
        self._before = before
        self._ledger: Ledger | None = None
        self._cases: frozenset[str] = frozenset()
        self._records: dict[str, Record] = {}
        self._began: dict[str, float] = {}
        self._marks: list[str] = []
        self._closed = False
        self.worth_keeping = False
        paint = Paint(colour_wanted(os.environ, terminal=sys.stderr.isatty()))
        width = shutil.get_terminal_size().columns if sys.stderr.isatty() else None
        self._progress = Progress(
            sys.stderr, paint, f"judging {safe(bench.order.agent or bench.implementation)}", width=width
        )

    def go(self) -> bool:
        """Run every case; whether that was interrupted."""
        if self._before is not None and not self.bench.selected:
            self._ledger = None if self._before.ended else Ledger.resume(self.path, self._before)
            return False
        try:
            if not self._front.keyword:
                self.chosen(self.bench.selected)
            seal(os.environ)
            plugin = import_module("conformance.pytest_plugin")
            status: int = plugin.run_pytest(self, self._front)
        except KeyboardInterrupt:
            return True
        if status == _PYTEST_NOTHING:
            raise NothingSelected(f"nothing to run: no case fits -k {self._front.keyword!r}")
        if status == _PYTEST_USAGE:
            raise SpecError("pytest does not take these arguments, see its line above")
        if status == _PYTEST_BROKEN:
            raise StartError("pytest failed, see its lines above")
        return status == _PYTEST_INTERRUPTED

    def chosen(self, cases: Sequence[Planned]) -> None:
        """Begin: the evidence, the engine where it is this process's, and the progress line."""
        if self._ledger is not None or not cases:
            return
        ids = tuple(planned.id for planned in cases)
        if self._before is None:
            self._ledger = Ledger.new(self.path, self.bench.header(ids, self._front.keyword))
        else:
            self._ledger = Ledger.resume(self.path, self._before)
        self._cases = frozenset(ids)
        if not self._front.distributed:
            self.bench.start(cases)
        running = self._running_elsewhere if self._front.distributed else self.bench.running
        done = (lambda: len(self._records)) if self._front.distributed else self.bench.done
        self._progress.start(len(ids), done, running)

    def began(self, case: str) -> None:
        """A worker begins a case."""
        self._began[case] = time.monotonic()

    def recorded(self, record: Record) -> None:
        """Keep a record."""
        if self._ledger is not None and record.case in self._cases and record.case not in self._records:
            self._ledger.write(record)
            self._records[record.case] = record
            # Until it is judged: should this process end before, a run can go on from here.
            self.worth_keeping = True
            self._began.pop(record.case, None)

    def worker(self, run_mark: str) -> None:
        """Remember whose agents to look for in the end."""
        self._marks.append(run_mark)

    def close(self) -> None:
        """End the agents, the progress line and the evidence; a second time does nothing."""
        if self._closed:
            return
        self._closed = True
        # Nothing may cut this short: what it ends would otherwise outlive the run.
        before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            self._progress.close()
            strays = self.bench.close()
            strays += [stray for mark in self._marks for stray in end_strays(mark)]
            for stray in strays:
                sys.stderr.write(f"ended a process that an agent had left behind: {safe(stray)}\n")
        finally:
            if self._ledger is not None:
                if len(self._records) == len(self._cases):
                    self._ledger.end(complete=True)
                self._ledger.close()
            for number, handler in before.items():
                signal.signal(number, handler)

    def outcome(self, wanted: Wanted, *, interrupted: bool) -> int:
        """Judge what is in the file and print it."""
        if not self.path.exists():
            raise KeyboardInterrupt
        evidence = load(self.path)
        run, assessment = derive(evidence, self.bench.spec, self.bench.catalogue, self.bench.rules)
        self.worth_keeping = interrupted or not run.complete or len(assessment.unexpected) > SHOWN
        if not interrupted:
            return put_out(run, assessment, self.bench.spec, wanted, self.path)
        if wanted.json:
            put_out(run, assessment, self.bench.spec, wanted, self.path)
        program, order_ = command_line(), self.bench.order
        own = [] if order_.agent_command is None else ["--agent-command", shlex.quote(order_.agent_command)]
        own += [] if order_.witness_command is None else ["--witness-command", shlex.quote(order_.witness_command)]
        sys.stderr.write(
            f"interrupted after {len(evidence.records)} of {len(evidence.header.planned)} cases; go on with\n"
            f"  {' '.join([program, 'run', *own, '--resume', shlex.quote(str(self.path))])}\n"
        )
        return INTERRUPTED

    def _running_elsewhere(self) -> list[tuple[str, float]]:
        now = time.monotonic()
        return sorted(((case, now - began) for case, began in list(self._began.items())), key=lambda item: -item[1])


def _load_pytest() -> None:
    """Load it while the agents are probed; a front end that is broken says so when it is needed."""
    with contextlib.suppress(Exception):
        import_module("conformance.pytest_plugin")


def _resumed(options: argparse.Namespace) -> Evidence:
    """The evidence to go on with; its file says which cases."""
    for name, value in (("--case", options.cases), ("-k", options.keyword), ("--shard", options.shard),
                        ("--evidence", options.evidence)):  # fmt: skip
        if value:
            raise SpecError(f"{name} and --resume do not go together: {options.resume} says which cases are left")
    evidence = load(Path(options.resume))
    if evidence.ended and not evidence.complete:
        raise SpecError(f"{options.resume}: the run came to its end and lost cases; judge them in a run of their own")
    return evidence


def _order_again(options: argparse.Namespace, before: Evidence) -> Order:
    """The order of a run to go on with."""
    selection = before.header.selection
    agent = selection.get("agent")
    if options.agent_command is None and not isinstance(agent, str):
        raise SpecError(f"{options.resume} is about an agent of your own; give its --agent-command again")
    if (options.agent is not None and options.agent != agent) or (
        options.agent_command is not None and agent is not None
    ):
        raise SpecError(f"{options.resume} is about the agent {agent or 'of an --agent-command'}; go on with that one")
    if selection.get("witness") == "own" and options.witness_command is None:
        raise SpecError(f"{options.resume} was made with a witness of your own; give its --witness-command again")
    left = tuple(case for case in before.header.planned if case not in before.records)
    return replace(order(options, default_agent=str(agent)), only=left)


def _check_same(before: Evidence, bench: Bench) -> None:
    """One file holds one agent on one machine."""
    now, then = bench.header(()), before.header
    pairs: dict[str, tuple[object, object]] = {
        "the suite": (then.suite, now.suite),
        "the spec": (then.spec, now.spec),
        **{f"the environment's {key}": (then.environment.get(key), now.environment.get(key))
           for key in place({**then.environment, **now.environment})},
        **{f"the {role}": (then.agents.get(role), now.agents.get(role)) for role in {**then.agents, **now.agents}},
    }  # fmt: skip
    for what, (was, is_) in pairs.items():
        if was != is_:
            raise SpecError(
                f"{what} is another one than in the evidence: {is_!r} instead of {was!r}; judge from the start"
            )
