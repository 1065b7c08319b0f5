"""Verdicts from evidence: the same again, and none where the transcript is not what the scenario asks for."""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pytest

from conformance import shape
from conformance.evidence import Record
from conformance.judge import Replay, judge_case
from conformance.plan import Planned
from conformance.scenario import Case, Finding
from conformance.tests.trial import STDLIB, Trial, greeting, requirement, scenario, spec, trial
from conformance.transport import Stale

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="agents are started through POSIX pipes")

Entry = list[object]
DECIDES = ("T-ASK-001", "T-ASK-002", "T-ASK-003")


def all_kinds(case: Case) -> None:
    """Whatever a transcript can hold: calls, replies, failures, waits in vain, the end of a process."""
    ours, theirs = case.streams()
    with case.decides("T-ASK-001"):
        receiving = case.begin(theirs.recv, 5)
        case.check(receiving.blocked(20), "nothing is there yet")
        ours.send_all(b"hello")
        case.check(receiving.result().is_(b"hello"), "what was sent arrives")
    with case.decides("T-ASK-002"):
        case.equal(case.fails(theirs.recv, 1, wait="try").kind, "would_block", "an empty stream")
    case.equal(case.witness.stat(case.name()).type, "socket", "what is at the name")
    with case.decides("T-ASK-003"):
        case.equal(case.die(case.client), -9, "the client's end")
        case.check(theirs.recv(1).end, "the stream ends with the client")


@pytest.fixture(scope="module")
def there() -> Iterator[Trial]:
    made = spec(*(requirement(name) for name in DECIDES))
    with trial(STDLIB, warm=True, hello=greeting(STDLIB), made=made) as running:
        yield running


@pytest.fixture(scope="module")
def record(there: Trial) -> Record:
    """A case that went well, as it comes out of an evidence file."""
    live = there.keeper.run(planned(there))
    assert live.ending == "completed", live
    transcript = json.loads(json.dumps(live.transcript))
    assert transcript == live.transcript
    return replace(live, transcript=transcript)


def planned(there: Trial, play: Callable[[Case], None] = all_kinds) -> Planned:
    """The case, with this scenario."""
    return there.planned(scenario(play, decides=DECIDES))


def findings(there: Trial, record: Record, play: Callable[[Case], None] = all_kinds) -> Sequence[Finding]:
    """What the judge says of each requirement."""
    found = judge_case(planned(there, play), record, there.setting.spec, "linux")
    assert list(found) == list(DECIDES)
    return list(found.values())


def test_a_transcript_holds_every_kind_of_entry(record: Record) -> None:
    assert {entry[0] for entry in record.transcript} == {"call", "reply", "blocked", "ended"}
    assert any(entry[0] == "reply" and entry[3] is not None for entry in record.transcript)


def test_the_same_transcript_gives_the_same_verdicts_every_time(there: Trial, record: Record) -> None:
    assert [finding.verdict for finding in findings(there, record)] == ["holds"] * 3
    assert findings(there, record) == findings(there, copy.deepcopy(record))


def test_judging_changes_nothing_in_the_record(there: Trial, record: Record) -> None:
    before = copy.deepcopy(record)
    findings(there, record)
    assert record == before


def edits(transcript: Sequence[Sequence[object]]) -> Iterator[tuple[str, list[Entry]]]:
    """Every way to lose, repeat, move or cut entries."""
    entries = [list(entry) for entry in transcript]
    for index in range(len(entries)):
        yield f"without entry {index}", entries[:index] + entries[index + 1 :]
        yield f"entry {index} twice", entries[: index + 1] + entries[index:]
        yield f"only {index} entries", entries[:index]
        if index and entries[index - 1] != entries[index]:
            moved = [*entries[: index - 1], entries[index], entries[index - 1], *entries[index + 1 :]]
            yield f"entries {index - 1} and {index} changed places", moved
    yield "one entry more", [*entries, ["call", 999, "server", "identity", {}]]


def test_an_entry_that_is_lost_repeated_moved_or_cut_off_makes_the_case_stale(there: Trial, record: Record) -> None:
    for what, transcript in edits(record.transcript):
        found = findings(there, replace(record, transcript=transcript))
        assert {(finding.verdict, finding.cause) for finding in found} == {("undetermined", "stale")}, (
            f"{what}: {found}"
        )


def altered(value: object) -> Iterator[object]:
    """Every copy of a value in which one text, number or flag is another one."""
    if (table := shape.table(value)) is not None:
        for key in table:
            yield from ({**table, key: other} for other in altered(table[key]))
    elif (items := shape.items(value)) is not None:
        for index, item in enumerate(items):
            yield from ([*items[:index], other, *items[index + 1 :]] for other in altered(item))
    elif isinstance(value, bool):
        yield not value
    else:
        yield value + 1 if isinstance(value, int) else "altered"


def test_what_was_asked_or_observed_cannot_be_altered_without_losing_the_verdict(there: Trial, record: Record) -> None:
    tried = 0
    for index, entry in enumerate(record.transcript):
        if entry[0] == "reply":
            continue
        for other in altered(list(entry)):
            made = shape.items(other)
            assert made is not None
            transcript = [*record.transcript[:index], made, *record.transcript[index + 1 :]]
            found = findings(there, replace(record, transcript=transcript))
            assert "holds" not in {finding.verdict for finding in found[-1:]}, (index, other, found)
            tried += 1
    assert tried > 40


def test_another_answer_is_another_verdict(there: Trial, record: Record) -> None:
    transcript = [
        [*entry[:2], {**answer, "sha256": "0" * 64}, *entry[3:]]
        if entry[0] == "reply" and (answer := shape.table(entry[2])) is not None and answer.get("length") == 5
        else entry
        for entry in record.transcript
    ]
    assert transcript != record.transcript
    first, *others = findings(there, replace(record, transcript=transcript))
    assert (first.verdict, first.cause, first.detail) == ("violated", "finding", "not so: what was sent arrives")
    assert {finding.verdict for finding in others} == {"undetermined"}


@pytest.mark.parametrize(
    "entry",
    [
        ["call"], ["reply"], ["reply", 1], ["reply", 1, None, None, 1.0], ["reply", 1, {}, {}, 1.0],
        ["reply", 1, [], None, 1.0], ["reply", 1, {}, None, "soon"], ["declined", 1], ["hung", 1], ["blocked", 1],
        ["ended"], ["ended", "server"], [None], [[]], [{}], [1, 2, 3, 4, 5],
    ],
)  # fmt: skip
def test_nonsense_in_a_transcript_is_no_verdict_and_no_crash(entry: Entry, there: Trial, record: Record) -> None:
    for index in range(len(record.transcript)):
        transcript = [list(each) for each in record.transcript]
        transcript[index] = entry
        found = findings(there, replace(record, transcript=transcript))
        assert found[-1].verdict == "undetermined", (index, found)


def asks_more(case: Case) -> None:
    """A corrected scenario that wants to know more."""
    all_kinds(case)
    with case.decides("T-ASK-003"):
        case.server.identity()


def asks_less(case: Case) -> None:
    """A corrected scenario that is content with less."""
    ours, theirs = case.streams()
    for name in DECIDES:
        with case.decides(name):
            case.check(ours is not theirs, "there are two ends")


def asks_otherwise(case: Case) -> None:
    """A corrected scenario with another backlog."""
    case.server.listen(case.name(), backlog=5)
    for name in DECIDES:
        with case.decides(name):
            case.check(condition=True, must="nothing")


def concludes_otherwise(case: Case) -> None:
    """A corrected scenario that asks the same and sees it otherwise."""
    all_kinds(case)
    with case.decides("T-ASK-003"):
        case.check(condition=False, must="more than that")


@pytest.mark.parametrize("play", [asks_more, asks_less, asks_otherwise])
def test_a_scenario_that_asks_something_else_finds_its_evidence_stale(
    play: Callable[[Case], None], there: Trial, record: Record
) -> None:
    found = findings(there, record, play)
    assert found[-1].verdict == "undetermined"
    assert found[-1].cause == "stale"


def test_a_scenario_that_concludes_something_else_needs_no_new_run(there: Trial, record: Record) -> None:
    found = findings(there, record, concludes_otherwise)
    assert [finding.verdict for finding in found] == ["holds", "holds", "violated"]


def test_a_scenario_that_fails_over_a_transcript_takes_no_other_case_with_it(there: Trial, record: Record) -> None:
    def blunders(case: Case) -> None:
        all_kinds(case)
        raise ValueError("a slip")

    found = findings(there, record, blunders)
    assert {(finding.verdict, finding.cause) for finding in found} == {("undetermined", "harness")}
    assert "ValueError: a slip" in found[0].detail


def test_a_case_without_a_record_was_not_run(there: Trial) -> None:
    found = judge_case(planned(there), None, there.setting.spec, "linux")
    assert {(finding.verdict, finding.cause) for finding in found.values()} == {("undetermined", "not run")}


@pytest.mark.parametrize(("ending", "cause"), [("refused", "refused"), ("harness-error", "harness")])
def test_what_the_harness_could_not_do_is_never_green(ending: str, cause: str, there: Trial, record: Record) -> None:
    found = findings(there, replace(record, ending=ending, note="why"))
    assert {(finding.verdict, finding.cause, finding.detail) for finding in found} == {("undetermined", cause, "why")}


def test_what_is_not_asked_for_is_left(record: Record) -> None:
    replay = Replay(record.transcript)
    assert replay.left() == record.transcript[0]
    with pytest.raises(Stale):
        replay.start("server", "an operation of tomorrow", {})
