"""Tracing: nothing promised is untested, and nothing tested unpromised."""

from __future__ import annotations

from dataclasses import replace

from conformance.plan import scenarios
from conformance.requirements import Requirement, Spec
from conformance.tests.made import spec
from conformance.trace import trace

SCENARIO = "stream/queued_bytes_arrive"


def with_requirement(**changes: object) -> Spec:
    """The spec with LS-IO-001 alone, changed."""
    requirement = replace(spec().requirements["LS-IO-001"], **changes)  # type: ignore[arg-type]
    return replace(spec(), requirements={requirement.id: requirement})


def faults(made: Spec, *names: str) -> list[str]:
    traces, found = trace(made, {name: scenarios()[name] for name in names})
    return [fault for one in traces for fault in one.faults] + found


def test_the_suite_itself_has_no_gap() -> None:
    traces, found = trace(spec(), scenarios())

    assert [fault for one in traces for fault in one.faults] + found == []
    assert len(traces) == len(spec().requirements)


def test_a_requirement_knows_its_scenarios_and_counts_its_cases() -> None:
    traces, _ = trace(with_requirement(), {SCENARIO: scenarios()[SCENARIO]})

    assert [(one.requirement.id, one.scenarios, one.cases) for one in traces] == [("LS-IO-001", (SCENARIO,), 36)]


def test_a_requirement_without_scenario_needs_a_reason() -> None:
    assert "no scenario decides it" in faults(with_requirement())[0]
    assert faults(with_requirement(untested="nobody knows how")) == []


def test_a_reason_is_wrong_where_there_is_a_scenario() -> None:
    assert "is said to be untested, but stream/queued" in faults(with_requirement(untested="no"), SCENARIO)[0]


def test_a_primitive_or_mode_without_a_case_is_a_gap() -> None:
    of = spec().requirements["LS-IO-001"]
    wider = with_requirement(primitives=(*of.primitives, "named_pipe"), modes=of.modes)
    narrow = replace(scenarios()[SCENARIO], modes=("blocking",))
    traces, _ = trace(wider, {SCENARIO: narrow})

    assert [fault.rpartition(": ")[2] for fault in traces[0].faults] == [
        "speaks of named_pipe, and no case of it does",
        "speaks of nonblocking use, and no case of it does",
        "speaks of deadline use, and no case of it does",
        "speaks of async use, and no case of it does",
    ]


def test_a_scenario_that_becomes_no_case_is_a_fault() -> None:
    made: dict[str, Requirement] = {"LS-IO-001": replace(spec().requirements["LS-IO-001"], primitives=("named_pipe",))}

    _, found = trace(replace(spec(), requirements=made), {SCENARIO: scenarios()[SCENARIO]})

    assert found == [f"scenario {SCENARIO}: becomes no case; its primitives and modes are none of its requirements'"]
