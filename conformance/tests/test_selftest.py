"""What the suite says of agents that are wrong on purpose."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from conformance.evidence import Record
from conformance.live import selftest
from conformance.live.probe import Prepared
from conformance.live.roster import WITNESS, named_command
from conformance.live.selftest import Detection, Fault, detect, faults, table
from conformance.plan import Planned, scenarios
from conformance.requirements import load
from conformance.scenario import Scenario
from conformance.tests.command_line import ipc_conformance

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="faulty agents are made of a POSIX one")

SPEC = load()
LOCK_FILE = Fault("a_lock_file_stays", "A lock file stays.", ("LS-LEAK-007",), "a_lock_file_stays.py", None)


def only(wanted: str) -> Mapping[str, Scenario]:
    """A suite of one scenario."""
    return {name: scenario for name, scenario in scenarios().items() if scenario.name == wanted}


def tried(fault: Fault) -> Detection:
    return detect(fault, named_command(WITNESS), SPEC, only("nothing_is_left_behind"))


def test_a_faulty_agent_is_caught_by_what_it_breaks_and_by_nothing_else() -> None:
    found = tried(LOCK_FILE)
    assert found.clean
    assert list(found.violated) == ["LS-LEAK-007"]
    assert (found.missed, found.unrelated) == ((), ())
    assert f"LS-LEAK-007   a_lock_file_stays ({len(found.violated['LS-LEAK-007'])})" in table([found], SPEC)


def test_what_is_not_caught_and_what_catches_too_much_is_told() -> None:
    found = tried(Fault("other", "Another defect.", ("LS-IO-001",), LOCK_FILE.program, None))
    assert not found.clean
    assert found.missed == ("LS-IO-001",)
    assert found.unrelated == ("LS-LEAK-007",)


def test_what_seems_to_hang_where_it_should_not_is_run_again_with_more_patience(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(selftest, "SECOND_PATIENCE_MS", 3_000)
    slow = Fault("other", "Its replies are slow.", ("LS-IO-001",), "answers_late.py", None)
    seen: list[int] = []
    right = selftest.run_through

    def counted(prepared: Prepared, planned: Sequence[Planned], flight: int) -> Mapping[str, Record]:
        seen.append(prepared.setting.patience_ms)
        return right(prepared, planned, flight)

    monkeypatch.setattr(selftest, "run_through", counted)
    detect(slow, named_command(WITNESS), SPEC, only("splitting_is_served"))
    assert seen == [selftest.PATIENCE_MS, 3_000]


def test_what_a_defect_breaks_only_in_a_race_may_catch_it_and_need_not() -> None:
    found = tried(replace(LOCK_FILE, sometimes=("LS-LEAK-007", "LS-IO-001"), breaks=()))
    assert found.clean


def test_an_ending_that_does_not_come_is_told() -> None:
    found = tried(Fault("other", "Another defect.", ("LS-LEAK-007",), LOCK_FILE.program, "hung"))
    assert not found.clean
    assert found.endings == {"completed"}


def test_every_requirement_that_is_judged_on_linux_is_broken_by_some_faulty_agent() -> None:
    broken = {requirement for fault in faults(SPEC) for requirement in fault.breaks}
    judged = {
        r.id for r in SPEC.requirements.values() if not r.observed and r.untested is None and "linux" in r.platforms
    }
    assert judged - broken == set()


def test_the_command_runs_the_agents_that_are_named_and_counts_them() -> None:
    done = ipc_conformance("selftest", LOCK_FILE.name)
    assert done.status == 0, done.err
    assert f"1/1 caught {LOCK_FILE.name}: A listener makes a lock file" in done.out
    assert done.out.endswith("\n1 of 1 faulty agents caught by what they break and by nothing else\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("a_lock_file_stay",), "no faulty agent 'a_lock_file_stay'; near it: a_lock_file_stays"),
        (("--shard", "0/2"), "shard '0/2' is to be I/N"),
        ((LOCK_FILE.name, "--shard", "1/999"), "no faulty agent falls into shard 1/999; use fewer shards"),
    ],
)
def test_a_mistake_ends_with_2(arguments: tuple[str, ...], told: str) -> None:
    done = ipc_conformance("selftest", *arguments)
    assert done.status == 2
    assert told in done.err
