"""The rules of a scenario: what its checks, failures and ends make of the requirements that it decides."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import pytest

from conformance.case import DEADLINE_MS
from conformance.party import End
from conformance.payload import Pattern
from conformance.plan import plan
from conformance.requirements import SpecError
from conformance.scenario import SCENARIOS, Case, Failed, Finding, play
from conformance.scenario import scenario as registered
from conformance.tests.trial import requirement, scenario, spec
from conformance.transport import Broken, Declined, Died, Failure, Hung, Reply, Stopped

DECIDES = ("T-ASK-001", "T-ASK-002", "T-OPEN-001")


@dataclass
class Script:
    """A transport whose agents answer what the test says, by operation."""

    answers: Mapping[str, Mapping[str, object] | Stopped] = field(default_factory=dict[str, Mapping[str, object]])
    asked: list[tuple[str, str, Mapping[str, object]]] = field(
        default_factory=list[tuple[str, str, Mapping[str, object]]]
    )
    waiting: bool = False
    status: int = 0

    def start(self, role: str, op: str, args: Mapping[str, object]) -> int:
        """Note the call."""
        self.asked.append((role, op, args))
        answer = self.answers.get(op)
        if isinstance(answer, Declined):
            raise answer
        return len(self.asked)

    def finish(self, call: int) -> Reply:
        """The answer to its operation; an empty success by default."""
        answer = self.answers.get(self.asked[call - 1][1], {})
        if isinstance(answer, Stopped):
            raise answer
        return Reply(None, answer, 12.5) if "kind" in answer else Reply(answer, None, 12.5)

    def blocked(self, call: int, within_ms: int) -> bool:
        """As the test says."""
        assert call
        assert within_ms
        return self.waiting

    def ended(self, role: str) -> int:
        """As the test says."""
        assert role
        return self.status


def case_of(
    transport: Script,
    body: Callable[[Case], None] = lambda case: None,
    *,
    mode: str = "blocking",
    params: Mapping[str, int | str] | None = None,
) -> Case:
    """A case over a script."""
    made = spec(requirement(), requirement("T-ASK-002"), requirement("T-OPEN-001", observed=True))
    axes = {name: (value,) for name, value in (params or {}).items()}
    (planned,) = plan(made, (scenario(body, decides=DECIDES, params=axes),), "linux", ("unnamed_pipe",))
    case = planned.case(made, "linux", transport)
    case.mode = mode
    return case


def told(body: Callable[[Case], None], transport: Script | None = None) -> dict[str, Finding]:
    """What a scenario comes to."""
    case = case_of(transport or Script(), body)
    return dict(play(scenario(body, decides=DECIDES), case))


def verdicts(body: Callable[[Case], None], transport: Script | None = None) -> list[str]:
    """The verdict and the cause of each requirement."""
    return [f"{finding.verdict} {finding.cause}".strip() for finding in told(body, transport).values()]


def decide(case: Case, *names: str) -> None:
    """Decide these without any doubt."""
    for name in names:
        with case.decides(name):
            case.check(condition=True, must="nothing")


# what becomes of requirements


def test_what_was_decided_holds_and_the_rest_is_undetermined() -> None:
    def body(case: Case) -> None:
        decide(case, "T-ASK-001")

    assert verdicts(body) == ["holds", "undetermined prerequisite", "undetermined prerequisite"]
    assert told(body)["T-ASK-002"].detail == "the scenario ended without deciding this"


def test_a_check_inside_is_a_violation_and_ends_the_case() -> None:
    def body(case: Case) -> None:
        with case.decides("T-ASK-001"):
            case.check(condition=False, must="the sky is blue")
        raise AssertionError("the case has ended")

    found = told(body)
    assert (found["T-ASK-001"].verdict, found["T-ASK-001"].cause) == ("violated", "finding")
    assert found["T-ASK-001"].detail == "not so: the sky is blue"
    assert found["T-ASK-002"].verdict == "undetermined"


def test_a_check_outside_is_a_prerequisite() -> None:
    def body(case: Case) -> None:
        decide(case, "T-ASK-001")
        case.check(condition=False, must="the ground is firm")

    assert verdicts(body) == ["holds", "undetermined prerequisite", "undetermined prerequisite"]


def test_what_is_decided_a_second_time_can_be_lost() -> None:
    def body(case: Case) -> None:
        decide(case, "T-ASK-001", "T-ASK-002")
        with case.decides("T-ASK-001"):
            case.equal(1, 2, "the number")

    assert verdicts(body) == ["violated finding", "holds", "undetermined prerequisite"]
    assert told(body)["T-ASK-001"].detail == "the number: 1 instead of 2"


STOPS = {
    "hung": Hung("server", "no reply"),
    "died": Died("server", "exit status 1"),
    "protocol": Broken("server", "garbage"),
    "declined": Declined("server", "one at a time"),
}


@pytest.mark.parametrize(
    ("cause", "inside", "outside"),
    [
        ("hung", "violated hung", "undetermined prerequisite"),
        ("died", "violated died", "undetermined prerequisite"),
        ("protocol", "undetermined protocol", "undetermined prerequisite"),
        ("declined", "unsupported declined", "unsupported declined"),
    ],
)
def test_an_agent_that_stops_the_case_is_blamed_inside_and_a_prerequisite_outside(
    cause: str, inside: str, outside: str
) -> None:
    def within(case: Case) -> None:
        with case.decides("T-ASK-001"):
            case.server.identity()

    def without(case: Case) -> None:
        case.server.identity()

    script = Script({"identity": STOPS[cause]})
    assert verdicts(within, script)[0] == inside
    assert verdicts(without, script)[0] == outside
    assert told(within, script)["T-ASK-001"].party == "server"


def test_an_error_that_nobody_expects_is_a_violation_inside_and_a_prerequisite_outside() -> None:
    def within(case: Case) -> None:
        with case.decides("T-ASK-001"):
            case.server.identity()

    def without(case: Case) -> None:
        case.server.identity()

    script = Script({"identity": {"kind": "other", "native": "EX", "message": "no"}})
    assert told(within, script)["T-ASK-001"] == Finding(
        "T-ASK-001", "violated", "finding", "server: identity failed with other (EX: no)", "server"
    )
    assert verdicts(without, script)[0] == "undetermined prerequisite"


@pytest.mark.parametrize("answer", [{"kind": "other"}, Hung("witness", "no reply"), Died("witness", "gone")])
def test_the_witness_is_never_blamed_on_anybody(answer: Mapping[str, object] | Stopped) -> None:
    def body(case: Case) -> None:
        with case.decides("T-ASK-001"):
            case.witness.make_workspace()

    assert verdicts(body, Script({"make_workspace": answer})) == ["undetermined harness"] * 3


def test_what_fails_at_a_raw_peer_of_the_witness_is_a_finding() -> None:
    def body(case: Case) -> None:
        with case.decides("T-ASK-001"):
            End(case.witness, "h1").send_all(b"x")

    assert verdicts(body, Script({"send_all": {"kind": "reset"}}))[0] == "violated finding"


def test_a_scenario_may_say_that_it_cannot_tell() -> None:
    def body(case: Case) -> None:
        with case.decides("T-ASK-001"):
            case.cannot_tell("the clock is too coarse")

    assert verdicts(body) == ["undetermined untold", *["undetermined prerequisite"] * 2]


def test_a_requirement_that_this_case_does_not_decide_is_left_alone() -> None:
    def body(case: Case) -> None:
        with case.decides("T-ASK-001"):
            case.allowed("anything")
            case.observe("anything")
        with case.decides("T-ASK-002"):
            case.check(condition=False, must="it is not asked for")

    case = case_of(Script(), body)
    case.decided = ("T-ASK-002",)
    found = play(scenario(body, decides=DECIDES), case)
    assert {name: finding.verdict for name, finding in found.items()} == {"T-ASK-002": "violated"}


# observed requirements


def test_what_the_standards_leave_open_is_observed() -> None:
    def body(case: Case) -> None:
        with case.decides("T-OPEN-001"):
            case.observe("reset")

    assert told(body)["T-OPEN-001"] == Finding("T-OPEN-001", "observed", detail="reset")


def test_nothing_observed_is_undetermined_and_never_a_violation() -> None:
    def silent(case: Case) -> None:
        with case.decides("T-OPEN-001"):
            pass

    def hangs(case: Case) -> None:
        with case.decides("T-OPEN-001"):
            case.server.identity()

    assert verdicts(silent)[2] == "undetermined prerequisite"
    assert verdicts(hangs, Script({"identity": STOPS["hung"]}))[2] == "undetermined hung"


def test_observing_where_the_spec_leaves_nothing_open_is_a_slip() -> None:
    def body(case: Case) -> None:
        with case.decides("T-ASK-001"):
            case.observe("whatever")

    with pytest.raises(AssertionError, match="T-ASK-001 is not marked as observed"):
        told(body)


# operations


def test_an_operation_that_was_begun_is_finished_later() -> None:
    script = Script({"identity": {"pid": 1, "uid": 2, "gid": 3}}, waiting=True)
    case = case_of(script)
    pending = case.begin(case.server.identity)
    other = case.begin(case.client.resources)
    assert pending.blocked()
    assert pending.result().uid == 2
    assert [role for role, _, _ in script.asked] == ["server", "client"]
    with pytest.raises(Broken, match="the reply to resources does not fit the protocol"):
        other.result()


def test_only_one_operation_can_be_begun() -> None:
    case = case_of(Script())
    with pytest.raises(TypeError, match="is not one operation"):
        case.begin(lambda: None)
    case.server.chdir("/")  # the next operation is an ordinary one again


def test_a_task_has_a_name_by_which_it_is_cancelled() -> None:
    def body(case: Case) -> None:
        receiver, _ = case.server.pipe()
        first, second = case.task(receiver.recv, 1), case.task(receiver.recv, 2)
        case.begin(receiver.recv, 3)
        second.cancel()
        first.cancel()

    script = Script()
    told(body, script)
    tasks = [args.get("task") for _, op, args in script.asked if op == "recv"]
    assert [args["task"] for _, op, args in script.asked if op == "cancel"] == [tasks[1], tasks[0]]
    assert tasks[0] != tasks[1]
    assert tasks[2] is None


def test_a_failure_can_be_taken_as_a_value() -> None:
    case = case_of(Script({"chdir": {"kind": "not_found", "native": "ENOENT", "sent": 3}}))
    outcome = case.attempt(case.server.chdir, "/nowhere")
    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.native, outcome.elapsed_ms, outcome.fields["sent"]) == (
        "not_found",
        "ENOENT",
        12.5,
        3,
    )
    assert case.fails(case.server.chdir, "/nowhere").kind == "not_found"
    with pytest.raises(Failure, match="server: chdir failed with not_found"):
        case.server.chdir("/nowhere")


def test_a_success_where_it_has_to_fail_is_a_violation() -> None:
    def body(case: Case) -> None:
        with case.decides("T-ASK-001"):
            case.fails(case.server.chdir, "/")

    assert told(body)["T-ASK-001"].detail == "server: chdir succeeded where it has to fail"


@pytest.mark.parametrize(
    ("mode", "wait"), [("blocking", None), ("nonblocking", "ready"), ("deadline", DEADLINE_MS), ("async", None)]
)
def test_how_an_operation_waits_is_the_mode_s_unless_it_is_said(mode: str, wait: object) -> None:
    script = Script({"recv": {"length": 0, "sha256": hashlib.sha256(b"").hexdigest(), "end": True, "base64": ""}})
    end = End(case_of(script, mode=mode).server, "h1")
    end.recv(1)
    end.recv(1, wait="try")
    end.recv(1, wait=None)
    end.recv(1, wait=0)
    assert [args.get("wait") for _, _, args in script.asked] == [wait, "try", None, 0]
    assert ["wait" in args for _, _, args in script.asked] == [wait is not None, True, False, True]


def test_an_agent_that_is_told_to_end_is_waited_for() -> None:
    script = Script(status=-9)
    case = case_of(script)
    assert case.die(case.server) == -9
    assert script.asked == [("server", "die", {"how": "kill"})]


# handles, names, payloads


def test_handles_names_and_payloads_are_never_the_same_twice() -> None:
    case = case_of(Script({"make_workspace": {"path": "/tmp/ipc-1"}}))
    assert len({case.handle() for _ in range(50)}) == 50
    assert len({case.pattern(9).bytes() for _ in range(50)}) == 50
    assert case.path("a").value == "/tmp/ipc-1/a"
    assert case.name("a", "abstract").value == "ipc-1-a"


def test_two_cases_differ_in_their_bytes() -> None:
    one, two = case_of(Script(), params={"size": 1}), case_of(Script(), params={"size": 2})
    assert one.pattern(9).bytes() != two.pattern(9).bytes()
    assert (one.number("size"), two.text("size")) == (1, "2")


@pytest.mark.parametrize("offset", [0, 1, 31, 32, 33, 1000])
@pytest.mark.parametrize("length", [0, 1, 31, 32, 33, 1000])
def test_a_pattern_is_what_the_protocol_says(offset: int, length: int) -> None:
    whole = b"".join(hashlib.sha256(f"5:{block}".encode()).digest() for block in range(70))
    assert Pattern(5, length, offset).bytes() == whole[offset : offset + length]
    assert Pattern(5, 2000).part(offset, length).bytes() == whole[offset : offset + length]


# registering


@pytest.fixture
def catalogue() -> Iterator[dict[str, object]]:
    before = dict(SCENARIOS)
    yield dict(before)
    SCENARIOS.clear()
    SCENARIOS.update(before)


def test_a_scenario_needs_a_sentence_and_a_name_of_its_own(catalogue: dict[str, object]) -> None:
    def silent(case: Case) -> None:
        case.server.identity()

    def speaks(case: Case) -> None:
        """It is
        so."""
        case.server.identity()

    register = registered("T-ASK-001", primitives=("fifo",))
    with pytest.raises(SpecError, match="scenario silent: its docstring is to be one sentence"):
        register(silent)
    assert register(speaks) is speaks
    (made,) = [SCENARIOS[name] for name in SCENARIOS if name not in catalogue]
    assert (made.theme, made.name, made.sentence) == ("test_scenario", "speaks", "It is so.")
    with pytest.raises(SpecError, match="test_scenario/speaks: defined twice"):
        register(speaks)
