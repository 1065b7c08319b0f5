"""Known violations: strictly read, pinned to one failure, and never forgotten."""

from __future__ import annotations

from datetime import date

import pytest

from conformance.document import requirements_by_case
from conformance.expectations import Expectation, applying, parse, stale, unmatched
from conformance.requirements import SpecError
from conformance.tests.made import CASE, OTHER, everything, spec, verdict

GOOD = f"""
[[expectation]]
case = "{CASE}"
requirement = "LS-IO-001"
platforms = ["bsd", "linux"]
cause = "finding"
detail = "*exactly the bytes*"
reason = "The last byte is lost."
link = "https://example.org/issues/1"
owner = "the port's maintainers"
expires = 2030-06-30
"""


def read(text: str) -> tuple[Expectation, ...]:
    return parse(text, "made.toml", spec(), requirements_by_case(everything()))


def test_a_good_one_is_read_with_its_platforms_spelled_out() -> None:
    (found,) = read(GOOD)

    assert found.platforms == {"linux", "macos", "freebsd", "openbsd", "netbsd", "dragonfly"}
    assert found.expires == date(2030, 6, 30)
    assert applying([found], "freebsd") == (found,)
    assert applying([found], "windows") == ()


def test_an_empty_file_expects_nothing() -> None:
    assert read("# nothing yet\n") == ()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('owner = "the port\'s maintainers"\n', "", "owner is to be a text"),
        ('reason = "The last byte is lost."', 'reason = " "', "reason is to be a text that is not empty"),
        ("2030-06-30", '"2030-06-30"', "expires is to be a day"),
        ("2030-06-30", "2030-06-30T12:00:00", "expires is to be a day"),
        ("expires = 2030-06-30\n", "", "expires is to be a day"),
        ("LS-IO-001", "LS-IO-0001", "no requirement 'LS-IO-0001'; near it: LS-IO-001"),
        ('"linux"]', '"linus"]', "no platform or group 'linus'; near it: linux"),
        ('["bsd", "linux"]', "[]", "platforms is to be a list"),
        ('"finding"', '"prerequisite"', "cause 'prerequisite' is none of finding, hung, died, missing"),
        ("*exactly the bytes*", "*", "fits any failure"),
        ("https://example.org/issues/1", "issue 1", "link is to be a web address"),
        ("reason =", "reasons =", "unknown key 'reasons'"),
        ("[[expectation]]", "[[expectations]]", "unknown key 'expectations'"),
        ("[[expectation]]", "[expectation]", "expectation is to be a list of tables"),
        ("= 2030", "= = 2030", "not valid TOML"),
        (CASE, "*", "excuses .* cases, more than 20"),
    ],
)
def test_a_mistake_is_named_with_its_place(old: str, new: str, told: str) -> None:
    assert old in GOOD
    with pytest.raises(SpecError, match=f"(?s)made.toml.*{told}"):
        read(GOOD.replace(old, new))


def test_two_that_excuse_the_same_are_one_too_many() -> None:
    with pytest.raises(SpecError, match=r"expectation 2: made\.toml, expectation 1 speaks of .* already"):
        read(GOOD + GOOD)


def test_two_for_different_platforms_are_fine() -> None:
    other = GOOD.replace('["bsd", "linux"]', '["windows"]').replace("expires = 2030", "expires = 2031")

    assert len(read(GOOD + other)) == 2


def test_a_violation_of_another_kind_is_not_the_one_expected() -> None:
    (known,) = read(GOOD)

    assert known.is_met(verdict("violated", "finding", "not so: exactly the bytes that were sent arrive"))
    assert not known.is_met(verdict("violated", "hung", "not so: exactly the bytes that were sent arrive"))
    assert not known.is_met(verdict("violated", "finding", "something else"))
    assert not known.is_met(verdict("undetermined", "finding", "exactly the bytes"))


@pytest.mark.parametrize("word", ["holds", "observed", "unsupported", "inapplicable"])
def test_one_that_is_not_violated_any_more_is_stale(word: str) -> None:
    (known,) = read(GOOD)

    assert f"stale: LS-IO-001 is {word} in {CASE}" in str(stale(known, [verdict(word)]))


def test_one_whose_cases_did_not_run_is_not_stale() -> None:
    (known,) = read(GOOD)

    assert stale(known, []) is None
    assert stale(known, [verdict("holds", case=OTHER), verdict("undetermined", "not run")]) is None


def test_a_glob_is_stale_as_soon_as_one_of_its_cases_holds() -> None:
    (known,) = read(GOOD.replace("=256", "=*"))

    found = stale(known, [verdict("violated", "finding", "exactly the bytes"), verdict("holds", case=OTHER)])

    assert OTHER in str(found)


def test_one_that_names_no_case_any_more_is_told() -> None:
    known = read(GOOD.replace("size=256", "size=257"))

    assert known[0].case.endswith("size=257")
    (told,) = unmatched(known, requirements_by_case(everything()))
    assert "stale: no case" in told
