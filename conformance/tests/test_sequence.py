"""Sequences as words, and the files that keep them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.plan import plan, scenarios
from conformance.requirements import SpecError, load
from conformance.sequences.frozen import SCENARIO, Frozen, packaged, read, steps, with_named, with_sequences
from conformance.sequences.sequence import LARGEST, LONGEST, PRIMITIVES, SIZED, UNSIZED, Step, needs, parse, word

ANY_STEP = st.one_of(
    st.builds(Step, st.sampled_from(SIZED), st.integers(0, LARGEST), st.booleans()),
    st.builds(Step, st.sampled_from(UNSIZED), back=st.booleans()),
)


@settings(database=None, deadline=None, derandomize=True, max_examples=200)
@given(st.lists(ANY_STEP, min_size=1, max_size=LONGEST))
def test_every_sequence_can_be_written_and_read_again(chosen: list[Step]) -> None:
    assert parse(word(chosen), "local_socket") == tuple(chosen)


def test_a_word_says_what_each_step_does() -> None:
    chosen = parse("s5.r3.T9.x7.z.c.D.h", "local_socket")
    assert [step.sentence for step in chosen] == [
        "send 5 bytes",
        "receive at most 3 bytes",
        "try to receive at most 9 bytes",
        "send 7 bytes while they are received",
        "receive until the end",
        "close the client's end",
        "duplicate the server's end",
        "the client half-closes",
    ]
    assert [step.back for step in chosen] == [False, False, True, False, False, False, True, False]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'' is no step; a step is one of s a u v r t e x with a size in bytes or one of z c d h"),
        ("s", "'s' is no step"),
        ("s5..r5", "'' is no step"),
        ("c5", "'c5' is no step"),
        ("q5", "'q5' is no step"),
        ("s-1", "'s-1' is no step"),
        ("s05", "'s05' is no step"),
        ("s5 .r1", "'s5 ' is no step"),
        ("s\u0665", "is no step"),
        ("s9999999", "s9999999 is larger than 1048576 bytes"),
        (".".join(["c"] * (LONGEST + 1)), "65 steps, at most 64"),
    ],
)
def test_what_is_no_sequence_is_refused(text: str, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        parse(text, "local_socket")


@pytest.mark.parametrize("text", ["S5", "R5", "X5", "Z", "h", "H"])
def test_a_pipe_has_one_direction(text: str) -> None:
    assert parse(text, "local_socket")
    for primitive in ("unnamed_pipe", "fifo"):
        with pytest.raises(SpecError, match=f"{text} takes a local socket; a {primitive} has one direction"):
            parse(text, primitive)


@pytest.mark.parametrize("text", ["C", "D", "c", "d"])
def test_both_ends_of_a_pipe_can_be_closed_and_duplicated(text: str) -> None:
    assert parse(text, "fifo") == (Step(text.lower(), back=text.isupper()),)


def test_what_a_sequence_takes_beyond_its_primitive() -> None:
    assert needs("s1.r1", "fifo") == ()
    assert needs("d.d.h", "local_socket") == ("duplicate", "half_close")
    assert needs("x1", "fifo") == ()
    assert needs("x1", "unnamed_pipe") == ("concurrent",)


GOOD = '[[sequence]]\nsteps = "s1.r1"\nprimitives = ["fifo"]\nwhy = "It is short."\n'


def test_a_file_of_sequences_is_read() -> None:
    assert read(GOOD, "file") == (Frozen("s1.r1", ("fifo",), "It is short."),)
    assert read("", "file") == ()


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("[[sequence]]", "[[sequences]]", "has .*sequence.* tables and nothing else"),
        ("[[sequence]]", "[sequence]", "tables and nothing else"),
        ("why =", "because =", "unknown key 'because'; known: primitives, steps, why"),
        ('"It is short."', '""', "steps and why are to be texts that are not empty"),
        ('"s1.r1"', "1", "steps and why are to be texts"),
        ('"s1.r1"', '"s1,r1"', "'s1,r1' is no step"),
        ('"s1.r1"', '"S1.r1"', "S1 takes a local socket"),
        ('["fifo"]', '["named_pipe"]', "primitives is to name some of local_socket, unnamed_pipe, fifo"),
        ('["fifo"]', "[]", "primitives is to name some of"),
        (GOOD, GOOD + GOOD, "s1.r1 is there twice for fifo; keep one"),
        ("why", "=", "not valid TOML"),
    ],
)
def test_a_slip_in_a_file_of_sequences_is_named(before: str, after: str, message: str) -> None:
    assert before in GOOD
    with pytest.raises(SpecError, match=f"^kept.toml.*{message}"):
        read(GOOD.replace(before, after), "kept.toml")


@settings(database=None, deadline=None, derandomize=True, max_examples=200)
@given(st.text(min_size=1, alphabet=st.characters(exclude_categories=["Cs"])))
def test_a_reason_is_written_so_that_it_can_be_read_again(why: str) -> None:
    kept = Frozen("s1.r1", ("local_socket", "fifo"), why)
    assert read(GOOD.replace('["fifo"]', '["unnamed_pipe"]') + kept.toml(), "file")[1] == kept


def test_the_sequences_that_are_shipped_are_valid_and_each_has_a_reason_of_its_own() -> None:
    kept = packaged()
    assert len(kept) >= 12
    assert len({one.why for one in kept}) == len(kept)
    assert all(one.why.endswith(".") for one in kept)
    assert all(steps(kept)[primitive] for primitive in PRIMITIVES)


def test_every_kept_sequence_is_a_case_of_every_run() -> None:
    claimed = (*PRIMITIVES, "wait.try", "wait.ready", "wait.deadline", "duplicate", "half_close", "concurrent")
    catalogue = {SCENARIO: scenarios()[SCENARIO]}
    cases = plan(load(), catalogue.values(), "linux", (*claimed, "local_socket.path"))
    assert all(case.decides for case in cases if case.mode != "async")
    assert {(case.primitive, case.params["steps"]) for case in cases} == {
        (primitive, text) for primitive, words in steps(packaged()).items() for text in words
    }


def test_more_sequences_come_behind_those_that_are_shipped() -> None:
    catalogue = scenarios()
    before = catalogue[SCENARIO].params["steps"]
    more = with_sequences(catalogue, {"fifo": ("s1.s2.s3", steps(packaged())["fifo"][0])})
    after = more[SCENARIO].params["steps"]
    assert isinstance(before, dict)
    assert isinstance(after, dict)
    assert after == {**before, "fifo": (*before["fifo"], "s1.s2.s3")}
    assert catalogue[SCENARIO].params["steps"] == before
    assert {name: more[name] for name in more if name != SCENARIO} == {
        name: catalogue[name] for name in catalogue if name != SCENARIO
    }


def test_the_id_of_a_case_carries_its_sequence() -> None:
    catalogue = scenarios()
    named = with_named(
        catalogue, [f"{SCENARIO}/fifo/blocking/steps=s9.c.s9", f"{SCENARIO}/local_socket/deadline/steps=H"]
    )
    found = named[SCENARIO].params["steps"]
    assert isinstance(found, dict)
    assert found["fifo"][-1] == "s9.c.s9"
    assert found["local_socket"][-1] == "H"
    assert found["unnamed_pipe"] == steps(packaged())["unnamed_pipe"]


@pytest.mark.parametrize(
    "case",
    [
        "*", "search/*", f"{SCENARIO}/fifo/blocking", f"{SCENARIO}/fifo/blocking/steps=", f"{SCENARIO}/*/steps=s1",
        f"{SCENARIO}/fifo/blocking/steps=s1*", f"{SCENARIO}/fifo/blocking/steps=S1",
        f"{SCENARIO}/pipe/blocking/steps=s1", "stream/another/fifo/blocking/steps=s1",
    ],
)  # fmt: skip
def test_what_names_no_sequence_adds_none(case: str) -> None:
    catalogue = scenarios()
    assert with_named(catalogue, [case]) is catalogue


def test_a_catalogue_without_the_scenario_stays_as_it_is() -> None:
    assert with_named({}, [f"{SCENARIO}/fifo/blocking/steps=s1"]) == {}
