"""The suite inside somebody else's pytest run: two lines, and cases beside tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from conformance.tests.command_line import BENT, CASES, DEADLINE, ONE_CASE, ROOT, crooked, environment, ipc_conformance
from conformance.tests.test_expectations import GOOD

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="agents are started through POSIX pipes")

TOML = f"""
agent = "stdlib"
cases = ["{CASES[1]}", "{CASES[3]}"]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Somebody's project with a test of its own."""
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["conformance.pytest_plugin"]\n')
    (tmp_path / "test_own.py").write_text("def test_own():\n    assert True\n")
    (tmp_path / "ipc-conformance.toml").write_text(TOML)
    return tmp_path


def run_pytest(project: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "pytest", "-p", "no:cacheprovider", *arguments], cwd=project,
        env=environment({"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=DEADLINE, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


def test_cases_stand_beside_tests(project: Path) -> None:
    status, out = run_pytest(project, "-v")

    assert status == 0, out
    assert f"ipc-conformance.toml::{ONE_CASE} PASSED" in out
    assert "test_own.py::test_own PASSED" in out
    assert "13 passed" in out


def test_collecting_only_runs_nothing(project: Path) -> None:
    status, out = run_pytest(project, "--collect-only", "-q")

    assert status == 0, out
    assert f"ipc-conformance.toml::{ONE_CASE}\n" in out
    assert "13 tests collected" in out


def test_pytests_own_selection_counts(project: Path) -> None:
    status, out = run_pytest(project, "-k", "fifo or own")

    assert status == 0, out
    assert "4 passed, 9 deselected" in out


def test_a_failure_tells_the_agents_story_without_a_traceback(project: Path) -> None:
    _judge(project, crooked(project, BENT), f'cases = ["{ONE_CASE}"]')

    status, out = run_pytest(project, "ipc-conformance.toml")

    assert status == 1
    assert f"violated  {ONE_CASE}\n  LS-IO-001 (must): Bytes sent on a stream MUST arrive" in out
    assert "  Found (finding): server: not so: exactly the bytes that were sent arrive\n" in out
    assert "  Again: ipc-conformance run --agent-command '" in out
    assert "Traceback" not in out


def test_a_known_violation_is_an_expected_failure(project: Path) -> None:
    (project / "known.toml").write_text(GOOD)
    _judge(project, crooked(project, BENT), f'cases = ["{ONE_CASE}"]\nexpectations = "known.toml"')

    status, out = run_pytest(project, "ipc-conformance.toml", "-rx")

    assert status == 0, out
    assert "1 xfailed" in out
    assert "The last byte is lost." in out


def test_a_violation_that_is_gone_fails(project: Path) -> None:
    (project / "known.toml").write_text(GOOD)
    _judge(project, crooked(project, "pass"), f'cases = ["{ONE_CASE}"]\nexpectations = "known.toml"')

    status, out = run_pytest(project, "ipc-conformance.toml")

    assert status == 1
    assert f"known.toml, expectation 1: stale: LS-IO-001 is holds in {ONE_CASE}" in out


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["here", "in two workers"])
def test_evidence_is_written_once_and_complete(workers: tuple[str, ...], project: Path) -> None:
    (project / "ipc-conformance.toml").write_text(TOML + 'evidence = "run.jsonl"\n')
    (project / "run.jsonl").write_text("of the run before\n")

    status, out = run_pytest(project, *workers)
    judged = ipc_conformance("judge", project / "run.jsonl")

    assert status == 0, out
    assert "13 passed" in out
    assert judged.status == 0
    assert "12 cases: 12 holds" in judged.out


def test_junit_has_the_verdicts(project: Path) -> None:
    run_pytest(project, "--junit-xml=junit.xml", "-k", "256")

    cases = {case.get("name"): case for case in ET.parse(project / "junit.xml").iter("testcase")}
    assert [(p.get("name"), p.get("value")) for p in cases[ONE_CASE].iter("property")] == [
        ("requirement", "LS-IO-001"), ("verdict", "holds"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('agent = "stdlb"', "no agent 'stdlb'; near it: stdlib"),
        ('agent = "stdlib"\ncases = ["strem/*"]', "no case 'strem/*'; near it: stream/*"),
        ('agent = "stdlib"\nagents = 1', "ipc-conformance.toml: unknown key 'agents'; known: agent,"),
        ("", "ipc-conformance.toml: give either agent, a name, or agent-command"),
        ('agent = "stdlib"\nagent-command = "x"', "give either agent, a name, or agent-command"),
        ('agent = "stdlib"\ncases = "stream/*"', "cases is a list of texts"),
        ('agent = "stdlib"\npatience = 0', "patience whole seconds"),
        ('agent = "stdlib"\nexpectations = "none.toml"', "none.toml: cannot be read"),
        ('agent-command = "/no/such/program"', "cannot be run (No such file or directory)"),
        ("agent = ", "ipc-conformance.toml: cannot be read"),
    ],
)
def test_a_mistake_in_the_file_is_a_collection_error_that_names_it(text: str, told: str, project: Path) -> None:
    (project / "ipc-conformance.toml").write_text(text)

    status, out = run_pytest(project)

    assert status == 2, out
    assert told in out
    assert "Traceback" not in out


def _judge(project: Path, agent: str, more: str) -> None:
    (project / "ipc-conformance.toml").write_text(f'agent-command = """{agent}"""\n{more}\n')
