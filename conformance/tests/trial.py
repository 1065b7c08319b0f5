"""Scenarios of a test's own, run live against tiny agents and judged."""

from __future__ import annotations

import atexit
import secrets
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import psutil

from conformance.evidence import Record
from conformance.judge import judge_case
from conformance.live.agent import Command, Launcher
from conformance.live.engine import Keeper
from conformance.live.probe import prepare
from conformance.live.run import Setting
from conformance.live.strays import RUN_MARK, end_strays
from conformance.plan import Planned, claims, plan
from conformance.requirements import Requirement, Spec, load
from conformance.scenario import Axis, Case, Finding, Scenario
from conformance.tests.tiny_agents import HELLO

DEADLINE = 10.0
STDLIB = Command("stdlib", (sys.executable, "-I", "-S", str(Path(__file__).parents[1] / "agents" / "stdlib")))


@cache
def _loaded() -> Spec:
    return load()


@cache
def _shared_witness() -> Launcher:
    """One warm parent for the witnesses of all trials of this process; every witness is a fresh one."""
    launcher = Launcher(STDLIB, f"witness-{secrets.token_hex(4)}", warm=True)
    atexit.register(launcher.close)
    launcher.launch().close()
    return launcher


def requirement(name: str = "T-ASK-001", *, observed: bool = False, needs: tuple[str, ...] = ()) -> Requirement:
    """A requirement of a test's own."""
    return Requirement(
        name, "must", "It MUST.", ("unnamed_pipe", "local_socket"), ("blocking",), frozenset({"linux"}), needs, (),
        ("here",), {}, observed=observed, untested=None,
    )  # fmt: skip


def spec(*requirements: Requirement) -> Spec:
    """The real spec with requirements of a test's own in place of its own."""
    return replace(_loaded(), requirements={one.id: one for one in requirements or (requirement(),)})


def scenario(
    play: Callable[[Case], None],
    *,
    name: str = "asks",
    decides: tuple[str, ...] = ("T-ASK-001",),
    params: Mapping[str, Axis] | None = None,
    alone: bool = False,
) -> Scenario:
    """A scenario that is in no catalogue."""
    return Scenario(
        "trial", name, "It is.", play, decides, ("unnamed_pipe",), ("blocking",), dict(params or {}), (), alone
    )  # fmt: skip


def asks(case: Case) -> None:
    """The server counts."""
    case.client.identity()
    with case.decides("T-ASK-001"):
        case.equal(case.server.signal_count("PIPE"), 7, "the count")


def behaves(case: Case) -> None:
    """The server counts what it counts well."""
    case.client.identity()
    with case.decides("T-ASK-001"):
        case.equal(case.server.signal_count("USR1"), 7, "the count")


@dataclass(frozen=True, slots=True)
class Trial:
    """An agent under test, and how its cases come out."""

    setting: Setting
    witness: Launcher
    keeper: Keeper

    def planned(self, made: Scenario) -> Planned:
        """The one case of a scenario."""
        (planned,) = plan(self.setting.spec, (made,), self.setting.platform, claims(self.setting.hello))
        return planned

    def record(self, play: Callable[[Case], None]) -> Record:
        """What one case did."""
        return self.keeper.run(self.planned(scenario(play)))

    def finding(self, play: Callable[[Case], None], record: Record) -> Finding:
        """What the judge makes of it."""
        planned = self.planned(scenario(play))
        (finding,) = judge_case(planned, record, self.setting.spec, self.setting.platform).values()
        return finding


@contextmanager
def trial(
    command: Command,
    *,
    warm: bool = False,
    patience_ms: int = 10_000,
    hello: Mapping[str, object] = HELLO,
    made: Spec | None = None,
) -> Generator[Trial]:
    """An agent and a witness; afterwards nothing of them is left, whatever they did."""
    mark = f"trial-{secrets.token_hex(4)}"
    subject, witness = Launcher(command, mark, warm=warm), _shared_witness()
    before = _descriptors()
    setting = Setting(made or spec(), "linux", subject, dict(hello), patience_ms)
    keeper = Keeper(setting, witness)
    try:
        yield Trial(setting, witness, keeper)
    finally:
        keeper.close()
        subject.close()
        left = end_strays(mark)
    assert not left, f"processes were left: {left}"
    assert _descriptors() == before, "descriptors were left open"


@cache
def greeting(command: Command) -> Mapping[str, object]:
    """What an agent answers to `hello`."""
    return prepare(command, STDLIB, _loaded(), f"greeting-{secrets.token_hex(4)}").setting.hello


def marked(mark: str) -> list[int]:
    """Processes of a run that still live, zombies aside."""
    found: list[int] = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(RUN_MARK) == mark:
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


def _descriptors() -> int:
    if sys.platform != "win32":
        return psutil.Process().num_fds()
    raise AssertionError("descriptors are counted on POSIX systems")
