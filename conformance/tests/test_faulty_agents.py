"""The faulty agents themselves: each is listed, says what it does wrong, and is otherwise an agent like any other."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "agents are processes of a POSIX system here"

import tomllib
from pathlib import Path

import pytest

from conformance import shape
from conformance.tests.driver import Agent

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="faulty agents are made of a POSIX one")

FAULTY = Path(__file__).parents[1] / "faulty"
NOT_JUDGED = "not judged"


def listed() -> dict[str, dict[str, object]]:
    entries = shape.items(tomllib.loads((FAULTY / "faults.toml").read_text(encoding="utf-8"))["fault"]) or ()
    tables = [dict(shape.table(entry) or {}) for entry in entries]
    return {str(table["name"]): table for table in tables}


def programs() -> list[str]:
    return sorted(path.stem for path in FAULTY.glob("*.py") if not path.stem.startswith("_"))


def test_every_faulty_agent_is_listed_once_and_the_reverse() -> None:
    text = (FAULTY / "faults.toml").read_text(encoding="utf-8")
    assert sorted(listed()) == programs()
    assert text.count("[[fault]]") == len(listed())


def test_there_are_more_than_forty() -> None:
    assert len(listed()) > 40


@pytest.mark.parametrize("name", sorted(listed()))
def test_its_first_line_says_its_defect(name: str) -> None:
    first = (FAULTY / f"{name}.py").read_text(encoding="utf-8").splitlines()[0]
    assert first == f'"""{listed()[name]["defect"]}"""'


@pytest.mark.parametrize("name", [name for name, fault in listed().items() if fault.get("ending") != NOT_JUDGED])
def test_it_is_an_agent_that_can_be_judged(name: str) -> None:
    with Agent(sys.executable, "-I", "-S", str(FAULTY / f"{name}.py")) as agent:
        assert agent.hello["protocol"] == 1
        assert agent.hello["warm"] is True
        assert agent.refuses("canary_4d1e")["kind"] == "unsupported"
