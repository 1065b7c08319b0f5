"""Agents by name, and commands as a shell would read them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from conformance.live.agent import Command, StartError
from conformance.live.roster import (
    DEFAULT,
    WITNESS,
    named_command,
    own_command,
    roster,
    runs_elsewhere,
    witness_of,
)
from conformance.requirements import SpecError
from conformance.selection import UnknownName


def test_every_named_agent_has_a_program_that_is_there() -> None:
    for name, agent in roster().items():
        (word,) = (word for word in agent.argv if "{agents}" in word)
        program = Path(word.removeprefix("Z:").replace("{agents}", str(Path(__file__).parents[1] / "agents")))
        assert program.exists(), name


def test_the_default_and_the_witness_are_named() -> None:
    assert {DEFAULT, WITNESS} <= set(roster())


def test_a_python_agent_runs_on_this_python_apart_from_the_users_packages() -> None:
    command = named_command("stdlib")

    assert command.name == "stdlib"
    assert command.argv[:3] == (sys.executable, "-I", "-S")


def test_an_unknown_name_is_told_the_nearest() -> None:
    with pytest.raises(UnknownName, match="no agent 'refrence'; near it: reference"):
        named_command("refrence")


def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(StartError, match="agent perl: it needs the program 'perl', which is not on the PATH"):
        named_command("perl")


def test_a_missing_windows_lab_is_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IPC_CONFORMANCE_WINDOWS_LAB", str(tmp_path))

    with pytest.raises(StartError, match=r"agent windows-reference: it needs a Windows Python .*windows_lab\.py"):
        named_command("windows-reference")


def test_an_agent_on_windows_has_its_witness_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IPC_CONFORMANCE_WINDOWS_LAB", str(tmp_path))
    (tmp_path / "ready").touch()

    assert named_command("windows-reference").argv[0] == str(tmp_path / "python")
    assert (witness_of("windows-reference"), witness_of("reference"), witness_of(None)) == (
        "windows-witness",
        WITNESS,
        WITNESS,
    )


def test_a_missing_package_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(_name: str) -> None:
        """Nothing is installed."""

    monkeypatch.setattr("conformance.live.roster.find_spec", found)

    with pytest.raises(StartError, match=r"agent trio: it needs the Python package 'trio'.*pip install 'ipc-confor"):
        named_command("trio")


def test_an_agent_made_of_packages_sees_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(_name: str) -> str:
        return "there"

    monkeypatch.setattr("conformance.live.roster.find_spec", found)

    assert named_command("trio").argv[:2] == (sys.executable, "-I")
    assert "-S" not in named_command("trio").argv


def test_a_command_is_split_like_in_a_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/somewhere")

    assert own_command("~/bin/agent 'two words' x", "--agent-command") == Command(
        "agent", ("/somewhere/bin/agent", "two words", "x")
    )


@pytest.mark.parametrize(("text", "told"), [("", "is empty"), ("a 'b", "No closing quotation")])
def test_a_command_that_is_none_is_refused(text: str, told: str) -> None:
    with pytest.raises(SpecError, match=told):
        own_command(text, "--agent-command")


@pytest.mark.parametrize(
    ("text", "elsewhere"), [("ssh host agent", True), ("/usr/bin/docker run x", True), ("./agent", False)]
)
def test_some_commands_run_their_agent_elsewhere(text: str, elsewhere: bool) -> None:
    assert runs_elsewhere(own_command(text, "--agent-command")) is elsewhere
