"""The engine: several cases in flight, lonely ones alone, an end in the middle, and witnesses that fail."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "agents are processes of a POSIX system here"

import errno
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from conformance.judge import judge_case
from conformance.live.agent import Command, Launcher, Process
from conformance.live.engine import Engine, Keeper
from conformance.plan import Planned, plan
from conformance.scenario import Axis, Case, Scenario
from conformance.tests.tiny_agents import program, tiny
from conformance.tests.trial import DEADLINE, STDLIB, Trial, behaves, greeting, marked, scenario, trial

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="agents are started through POSIX pipes")


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Trial]:
    with trial(tiny(tmp_path, "pass")) as made:
        yield made


@pytest.fixture
def engine(there: Trial) -> Iterator[Engine]:
    made = Engine(there.setting, there.witness, flight=4)
    yield made
    made.close()


def cases(there: Trial, made: Scenario) -> list[Planned]:
    """All cases of a scenario."""
    return plan(
        there.setting.spec, (made,), there.setting.platform, ("unnamed_pipe", "process", "signals", "concurrent")
    )


def numbered(play: Callable[[Case], None], count: int, *, alone: bool = False, name: str = "asks") -> Scenario:
    """A scenario with so many cases."""
    axes: dict[str, Axis] = {"number": tuple(range(count))}
    return scenario(play, params=axes, alone=alone, name=name)


def verdict(there: Trial, planned: Planned, engine: Engine) -> str:
    """What the judge makes of a case's record."""
    record = engine.record(planned.id, DEADLINE)
    assert record is not None, f"no record of {planned.id}"
    (finding,) = judge_case(planned, record, there.setting.spec, there.setting.platform).values()
    return finding.verdict


@dataclass
class Watch:
    """Which cases are inside at the same time."""

    inside: set[str] = field(default_factory=set[str])
    seen: list[frozenset[str]] = field(default_factory=list[frozenset[str]])
    lock: threading.Lock = field(default_factory=threading.Lock)
    gate: threading.Event = field(default_factory=threading.Event)

    def play(self, case: Case) -> None:
        """A case that is held up until the gate opens."""
        with self.lock:
            self.inside.add(case.id)
            self.seen.append(frozenset(self.inside))
        assert self.gate.wait(DEADLINE)
        behaves(case)
        with self.lock:
            self.inside.discard(case.id)


def watched(play: Callable[[Case], None]) -> Callable[[Case], None]:
    """As a scenario's function; the judge plays it again, when nobody watches."""

    def wrapped(case: Case) -> None:
        (behaves if type(case.transport).__name__ == "Replay" else play)(case)

    return wrapped


def test_every_case_gets_its_record(there: Trial, engine: Engine) -> None:
    todo = cases(there, numbered(behaves, 12))
    engine.start(todo[:5])
    engine.start(todo[5:])
    assert [verdict(there, planned, engine) for planned in todo] == ["holds"] * 12
    assert engine.done() == 12
    assert engine.running() == []


def test_as_many_cases_are_in_flight_as_may_be_and_no_more(there: Trial, engine: Engine) -> None:
    watch = Watch()
    todo = cases(there, numbered(watched(watch.play), 9))
    engine.start(todo)
    assert engine.record(todo[0].id, 0.5) is None, "the gate is closed"
    running = engine.running()
    watch.gate.set()
    assert [verdict(there, planned, engine) for planned in todo] == ["holds"] * 9
    assert len(running) == 4
    assert [seconds for _, seconds in running] == sorted((seconds for _, seconds in running), reverse=True)
    assert max(map(len, watch.seen)) == 4


def test_bounded_waits_overlap(there: Trial, engine: Engine) -> None:
    def waits(case: Case) -> None:
        with case.decides("T-ASK-001"):
            case.check(case.begin(case.server.signal_count, "PIPE").blocked(500), "there is no reply")

    todo = cases(there, numbered(waits, 8))
    start = time.monotonic()
    engine.start(todo)
    assert [verdict(there, planned, engine) for planned in todo] == ["holds"] * 8
    assert time.monotonic() - start < 8 * 0.5


def test_a_lonely_case_has_the_machine_to_itself_and_comes_last(there: Trial, engine: Engine) -> None:
    watch = Watch()
    watch.gate.set()
    play = watched(watch.play)
    lonely, others = cases(there, numbered(play, 3, alone=True, name="lonely")), cases(there, numbered(play, 6))
    engine.start([*lonely, *others])
    assert [verdict(there, planned, engine) for planned in (*lonely, *others)] == ["holds"] * 9
    names = {planned.id for planned in lonely}
    assert all(len(inside) == 1 for inside in watch.seen if inside & names)
    assert all(names & inside for inside in watch.seen[6:])


def test_closing_finishes_what_is_in_flight_and_starts_nothing_more(there: Trial, engine: Engine) -> None:
    watch = Watch()
    todo = cases(there, numbered(watched(watch.play), 10))
    engine.start(todo)
    assert engine.record(todo[0].id, 0.5) is None, "the gate is closed"
    begun = set(watch.inside)
    closing = threading.Thread(target=engine.close)
    closing.start()
    assert engine.record(todo[-1].id) is None, "it will never run, and nobody waits for it"
    watch.gate.set()
    closing.join(DEADLINE)
    assert not closing.is_alive()
    assert {planned.id for planned in todo if engine.record(planned.id, 0) is not None} == begun


def test_an_engine_that_was_closed_starts_nothing(there: Trial, engine: Engine) -> None:
    engine.close()
    todo = cases(there, numbered(behaves, 2))
    engine.start(todo)
    assert [engine.record(planned.id) for planned in todo] == [None, None]


# A witness that makes workspaces and, when it is told to remove a path, dies instead.
FRAIL = """
import json, os, sys
count = 0
for line in sys.stdin.buffer:
    request = json.loads(line)
    op, args = request["op"], request["args"]
    if {dies}:
        os._exit(7)
    ok = {{}}
    if op == "hello":
        ok = {{"protocol": 1}}
    elif op == "make_workspace":
        ok = {{"path": {place!r} + "/ipc-" + os.urandom(5).hex()}}
        os.mkdir(ok["path"])
    elif op == "remove_workspace":
        os.rmdir(args["path"])
        ok = {{"left": []}}
    os.write(1, (json.dumps({{"id": request["id"], "ok": ok}}) + "\\n").encode())
    {after}
"""


def uses_the_witness(case: Case) -> None:
    """A case with a workspace of its own."""
    case.witness.write_file(f"{case.workspace}/word", "x")
    with case.decides("T-ASK-001"):
        case.equal(case.server.signal_count("USR1"), 7, "the count")


def flown(there: Trial, command: Command, play: Callable[[Case], None], count: int = 3) -> list[tuple[str, str]]:
    """Ending and verdict of so many cases, one after the other, with a witness of this kind."""
    engine = Engine(there.setting, Launcher(command, f"frail-{secrets.token_hex(4)}", warm=False), flight=1)
    todo = cases(there, numbered(play, count))
    try:
        engine.start(todo)
        verdicts = [verdict(there, planned, engine) for planned in todo]
        records = [engine.record(planned.id) for planned in todo]
    finally:
        engine.close()
    return [(record.ending, told) for record, told in zip(records, verdicts, strict=True) if record is not None]


def frail(tmp_path: Path, dies: str = "False", after: str = "pass") -> tuple[Command, Path]:
    """Such a witness, and where it makes workspaces."""
    place, directory = tmp_path / "workspaces", tmp_path / "witness"
    place.mkdir()
    directory.mkdir()
    return program(directory, FRAIL.format(dies=dies, after=after, place=str(place))), place


def test_a_good_witness_serves_one_case_after_the_other(there: Trial, tmp_path: Path) -> None:
    command, place = frail(tmp_path)
    assert flown(there, command, uses_the_witness) == [("completed", "holds")] * 3
    assert list(place.iterdir()) == []


def test_a_witness_that_dies_costs_its_case_the_verdict_and_leaves_no_workspace(there: Trial, tmp_path: Path) -> None:
    once = tmp_path / "once"
    dies = f"op == 'write_file' and not os.path.exists({str(once)!r}) and (os.mkdir({str(once)!r}) or True)"
    command, place = frail(tmp_path, dies=dies)
    endings = flown(there, command, uses_the_witness)
    assert endings == [("harness-error", "undetermined"), ("completed", "holds"), ("completed", "holds")]
    assert list(place.iterdir()) == []


def test_a_witness_that_dies_while_it_tidies_up_is_replaced_and_its_workspace_removed(
    there: Trial, tmp_path: Path
) -> None:
    once = tmp_path / "once"
    dies = f"op == 'remove_workspace' and not os.path.exists({str(once)!r}) and (os.mkdir({str(once)!r}) or True)"
    command, place = frail(tmp_path, dies=dies)
    assert flown(there, command, uses_the_witness) == [("completed", "holds")] * 3
    assert list(place.iterdir()) == []


def test_a_witness_that_ends_between_two_cases_costs_neither_of_them_anything(there: Trial, tmp_path: Path) -> None:
    command, place = frail(tmp_path, after="if op == 'reset': os._exit(0)")
    mark = f"frail-{secrets.token_hex(4)}"
    keeper = Keeper(there.setting, Launcher(command, mark, warm=False))
    try:
        for planned in cases(there, numbered(uses_the_witness, 3)):
            assert keeper.run(planned).ending == "completed"
            ended = time.monotonic() + DEADLINE
            while marked(mark) and time.monotonic() < ended:
                os.sched_yield()
    finally:
        keeper.close()
    assert list(place.iterdir()) == []


def test_a_witness_that_cannot_be_started_is_nobody_elses_fault(there: Trial, tmp_path: Path) -> None:
    command = Command("lost", (str(tmp_path / "lost"),))
    assert flown(there, command, behaves) == [("harness-error", "undetermined")] * 3


def test_a_harness_without_descriptors_says_so_for_every_case(
    there: Trial, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def launch(_self: Launcher) -> Process:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(Launcher, "launch", launch)
    todo = cases(there, numbered(behaves, 6))
    engine.start(todo)
    assert [verdict(there, planned, engine) for planned in todo] == ["undetermined"] * 6
    record = engine.record(todo[0].id)
    assert record is not None
    assert record.ending == "harness-error"
    assert "Too many open files" in record.note


def test_the_agents_of_a_warm_parent_serve_many_flights() -> None:
    with trial(STDLIB, warm=True, hello=greeting(STDLIB)) as there:
        engine = Engine(there.setting, there.witness, flight=8)
        try:
            todo = cases(there, numbered(works, 40))
            engine.start(todo)
            assert [verdict(there, planned, engine) for planned in todo] == ["holds"] * 40
        finally:
            engine.close()


def works(case: Case) -> None:
    """A pipe carries a byte."""
    receiver, sender = case.server.pipe()
    with case.decides("T-ASK-001"):
        sender.send_all(b"x")
        case.check(receiver.recv(1).is_(b"x"), "the byte arrives")
