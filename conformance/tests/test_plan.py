"""Which cases there are, and why each other one is out: said by the spec and by claims, before anything runs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest

from conformance.plan import Planned, claims, hidden, plan, scenarios
from conformance.requirements import Spec, SpecError, load
from conformance.scenario import Axis, Case, Scenario
from conformance.tests.trial import requirement

EVERYTHING = (
    "local_socket", "unnamed_pipe", "fifo", "wait.try", "wait.ready", "wait.deadline", "half_close", "duplicate",
    "local_socket.path", "local_socket.abstract", "concurrent",
)  # fmt: skip


def play(case: Case) -> None:
    """Never played here."""
    raise AssertionError(case.id)


def made(
    *requirements: str,
    primitives: tuple[str, ...] = ("local_socket", "unnamed_pipe"),
    modes: tuple[str, ...] = ("blocking", "nonblocking", "deadline"),
    params: Mapping[str, Axis] | None = None,
    needs: tuple[str, ...] = (),
) -> Scenario:
    """A scenario that is in no catalogue."""
    names = requirements or ("T-ASK-001",)
    return Scenario("trial", "asks", "It is.", play, names, primitives, modes, dict(params or {}), needs, alone=False)


@pytest.fixture(scope="module")
def spec() -> Spec:
    both = (
        requirement(),
        replace(requirement("T-ASK-002"), primitives=("unnamed_pipe",), modes=("blocking", "deadline")),
    )
    return replace(load(), requirements={one.id: one for one in both})


def planned(
    spec: Spec, scenario: Scenario, claimed: tuple[str, ...] = EVERYTHING, platform: str = "linux"
) -> list[Planned]:
    """The plan of one scenario."""
    return plan(spec, (scenario,), platform, claimed)


def test_a_case_is_a_combination_that_some_requirement_speaks_of(spec: Spec) -> None:
    cases = planned(spec, made("T-ASK-001", "T-ASK-002", params={"size": (1, 2)}))
    assert [(case.primitive, case.mode, case.params["size"], case.decides) for case in cases] == [
        ("local_socket", "blocking", 1, ("T-ASK-001",)),
        ("local_socket", "blocking", 2, ("T-ASK-001",)),
        ("unnamed_pipe", "blocking", 1, ("T-ASK-001", "T-ASK-002")),
        ("unnamed_pipe", "blocking", 2, ("T-ASK-001", "T-ASK-002")),
        ("unnamed_pipe", "deadline", 1, ("T-ASK-002",)),
        ("unnamed_pipe", "deadline", 2, ("T-ASK-002",)),
    ]


def test_an_id_is_a_path_of_everything_that_makes_the_case(spec: Spec) -> None:
    (case,) = planned(spec, made(primitives=("unnamed_pipe",), params={"size": (7,), "word": ("x",)}))
    assert case.id == "trial/asks/unnamed_pipe/blocking/size=7,word=x"
    (bare,) = planned(spec, made(primitives=("unnamed_pipe",)))
    assert bare.id == "trial/asks/unnamed_pipe/blocking"


def test_the_values_of_a_parameter_may_depend_on_the_primitive(spec: Spec) -> None:
    cases = planned(spec, made(params={"word": {"local_socket": ("a", "b"), "unnamed_pipe": ("c",)}, "size": (1, 2)}))
    assert [case.params for case in cases] == [
        {"word": "a", "size": 1}, {"word": "a", "size": 2}, {"word": "b", "size": 1}, {"word": "b", "size": 2},
        {"word": "c", "size": 1}, {"word": "c", "size": 2},
    ]  # fmt: skip


def test_a_platform_that_a_requirement_does_not_speak_of_makes_it_inapplicable(spec: Spec) -> None:
    cases = planned(spec, made(), platform="macos")
    assert [case.decides for case in cases] == [(), ()]
    assert {(finding.verdict, finding.detail) for case in cases for finding in case.out.values()} == {
        ("inapplicable", "the requirement does not speak of macOS")
    }


def test_a_claim_that_is_missing_makes_it_unsupported(spec: Spec) -> None:
    for scenario in (made(primitives=("local_socket",)), made(primitives=("unnamed_pipe",), needs=("local_socket",))):
        (case,) = planned(spec, scenario, ("unnamed_pipe",))
        assert case.decides == ()
        assert [(out.verdict, out.detail) for out in case.out.values()] == [
            ("unsupported", "the agent does not claim local_socket")
        ]


def test_what_a_requirement_needs_is_asked_of_that_requirement_only(spec: Spec) -> None:
    needy = replace(requirement("T-ASK-003"), needs=("half_close",))
    more = replace(spec, requirements={**spec.requirements, needy.id: needy})
    (case,) = planned(more, made("T-ASK-001", "T-ASK-003", primitives=("unnamed_pipe",)), ("unnamed_pipe",))
    assert case.decides == ("T-ASK-001",)
    assert [out.detail for out in case.out.values()] == ["the agent does not claim half_close"]


def test_a_mode_is_a_claim(spec: Spec) -> None:
    cases = planned(spec, made("T-ASK-002", primitives=("unnamed_pipe",)), ("unnamed_pipe",))
    assert [(case.mode, case.decides) for case in cases] == [("blocking", ("T-ASK-002",)), ("deadline", ())]


def test_an_agent_on_an_event_loop_has_the_mode_async_in_place_of_blocking(spec: Spec) -> None:
    both = replace(requirement("T-ASK-003"), modes=("blocking", "async"))
    more = replace(spec, requirements={both.id: both})
    scenario = made("T-ASK-003", primitives=("unnamed_pipe",), modes=("blocking", "async"))
    blocking, on_a_loop = plan(more, (scenario,), "linux", ("unnamed_pipe", "async"))
    assert (blocking.decides, on_a_loop.decides) == ((), ("T-ASK-003",))
    assert [out.detail for out in blocking.out.values()] == ["the agent claims async, so it has no blocking use"]
    blocking, on_a_loop = plan(more, (scenario,), "linux", ("unnamed_pipe",))
    assert (blocking.decides, on_a_loop.decides) == (("T-ASK-003",), ())


def test_a_requirement_does_not_speak_of_agents_that_claim_what_it_excepts(spec: Spec) -> None:
    bytes_only = replace(requirement("T-ASK-003"), unless=("framing",))
    more = replace(spec, requirements={bytes_only.id: bytes_only})
    (case,) = plan(more, (made("T-ASK-003", primitives=("unnamed_pipe",)),), "linux", ("unnamed_pipe", "framing"))
    assert [(out.verdict, out.detail) for out in case.out.values()] == [
        ("unsupported", "it does not speak of agents that claim framing")
    ]


def test_a_claim_that_obliges_to_another_is_violated_without_it(spec: Spec) -> None:
    strict = {
        **spec.capabilities,
        "half_close": replace(spec.capabilities["half_close"], required_by=("local_socket",)),
    }
    obliging = replace(spec, capabilities=strict)
    (case,) = planned(obliging, made(primitives=("local_socket",), needs=("half_close",)), ("local_socket",))
    (finding,) = case.out.values()
    assert (finding.verdict, finding.cause) == ("violated", "missing")
    assert finding.detail == "the agent claims local_socket, which requires half_close, and does not claim half_close"


def test_the_kind_of_a_name_is_a_claim(spec: Spec) -> None:
    cases = planned(
        spec,
        made(primitives=("local_socket",), params={"name": ("path", "abstract")}),
        ("local_socket", "local_socket.path"),
    )
    assert [(case.params["name"], bool(case.decides)) for case in cases] == [("path", True), ("abstract", False)]


@pytest.mark.parametrize(
    ("steps", "primitive", "missing"),
    [
        ("s1.r1", "local_socket", None),
        ("s1.d.c", "local_socket", "duplicate"),
        ("h.r1", "local_socket", "half_close"),
        ("x9", "local_socket", None),
        ("x9", "unnamed_pipe", "concurrent"),
    ],
)
def test_the_steps_of_a_sequence_take_what_they_take(
    steps: str, primitive: str, missing: str | None, spec: Spec
) -> None:
    scenario = made(primitives=(primitive,), params={"steps": (steps,)})
    (bare,) = planned(spec, scenario, ("local_socket", "unnamed_pipe"))
    assert [out.detail for out in bare.out.values()] == ([f"the agent does not claim {missing}"] if missing else [])
    (able,) = planned(spec, scenario)
    assert able.decides


def test_a_platform_that_is_not_in_the_spec_is_named(spec: Spec) -> None:
    with pytest.raises(SpecError, match=r"platform 'plan9' is not in platforms.toml \(known: linux, .*add it there"):
        planned(spec, made(), platform="plan9")


def test_a_requirement_that_is_not_in_the_spec_is_named(spec: Spec) -> None:
    with pytest.raises(SpecError, match="no requirement 'T-NONE-001'"):
        planned(spec, made("T-NONE-001"))


def test_what_a_greeting_claims() -> None:
    assert claims({"capabilities": {"fifo": True, "process": {"limit": 3}}, "concurrent": True}) == (
        "fifo", "process", "concurrent",
    )  # fmt: skip
    assert claims({"capabilities": {"fifo": True}, "concurrent": False}) == ("fifo",)
    assert claims({}) == ()


def test_the_catalogue_is_in_a_stable_order_and_its_ids_are_good_for_shells_and_files() -> None:
    real, catalogue = load(), scenarios()
    assert list(catalogue) == sorted(catalogue)
    cases = plan(real, catalogue.values(), "linux", EVERYTHING)
    ids = [case.id for case in cases]
    assert len(set(ids)) == len(ids) > 500
    assert [case.id for case in plan(real, scenarios().values(), "linux", EVERYTHING)] == ids
    assert all(re.fullmatch(r"[A-Za-z0-9_./=,-]+", name) for name in ids)


def test_every_case_has_bytes_of_its_own() -> None:
    real = load()
    cases = plan(real, scenarios().values(), "linux", EVERYTHING)
    transport: object = None
    seeds = [case.case(real, "linux", transport).seed for case in cases]  # type: ignore[arg-type]
    assert len(set(seeds)) > 0.99 * len(seeds)


def test_what_a_system_does_not_show_stays_undetermined(spec: Spec) -> None:
    shown = replace(spec, requirements={"T-ASK-001": replace(requirement(), shown=("first_instance",))})
    (first, *_) = plan(shown, (made(modes=("blocking",)),), "linux", EVERYTHING, ("first_instance",))

    assert first.decides == ()
    assert (first.out["T-ASK-001"].verdict, first.out["T-ASK-001"].cause) == ("undetermined", "emulator")
    assert "this system does not show it" in first.out["T-ASK-001"].detail


def test_a_system_that_shows_everything_hides_nothing(spec: Spec) -> None:
    shown = replace(spec, requirements={"T-ASK-001": replace(requirement(), shown=("first_instance",))})

    assert [case.out for case in plan(shown, (made(modes=("blocking",)),), "linux", EVERYTHING, ("one_type",))] == [
        {},
        {},
    ]


def test_the_environment_of_evidence_says_what_is_hidden() -> None:
    assert hidden({"platform": "windows", "cannot_show": ["one_type"]}) == ("one_type",)
    assert hidden({"platform": "linux"}) == ()
