"""Every shell step of the CI files is run here as on a runner: with its variables, in somebody else's checkout."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from _checks import workflows

ROOT = Path(__file__).resolve().parents[2]
FEW = "pipe/a_broken_pipe_is_ready/*"
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the steps are run by a POSIX shell here")


def document(path: str) -> Any:
    """The last document of a YAML file."""
    reader: Any = YAML(typ="safe")
    *_, last = reader.load_all((ROOT / path).read_text(encoding="utf-8"))
    return last


def steps(path: str) -> dict[str, str]:
    """The shell steps of a file, by their names."""
    found = document(path)
    jobs = [found["runs"]] if "runs" in found else [job for job in found["jobs"].values() if "steps" in job]
    texts = {step["name"]: step["run"] for job in jobs for step in job["steps"] if "run" in step}
    guests = {
        step["name"]: step["with"]["run"] for job in jobs for step in job["steps"] if "run" in step.get("with", {})
    }
    return texts | guests


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Somebody's checkout, with the suite where the workflow puts it, and programs of other systems for show."""
    (tmp_path / ".ipc-conformance").symlink_to(ROOT)
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("pkg", "pkg_add", "pkgin", "sudo"):
        (programs / name).write_text(f'#!/bin/sh\necho "{name} $*" >>"{tmp_path}/installed"\n')
    (programs / "uname").write_text('#!/bin/sh\necho "$SYSTEM"\n')
    (programs / "python3.11").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    for path in programs.iterdir():
        path.chmod(0o755)
    return tmp_path


def shell(script: str, where: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a step as GitHub does: `bash -e`, its variables beside those of the machine."""
    environment = {**os.environ, "PATH": f"{where / 'bin'}:{os.environ['PATH']}", **variables}
    return subprocess.run(
        ["bash", "-e", "-c", script], cwd=where, env=environment, check=False, capture_output=True, text=True,
        timeout=280,
    )  # fmt: skip


def test_no_shell_step_is_left_out_here() -> None:
    assert set(steps("action.yml")) == {"Judge"}
    assert set(steps(".github/workflows/judge.yml")) == {
        "Build the agent", "The suite in one file", "Record in the virtual machine", "Pages, summary and gate",
    }  # fmt: skip
    assert steps(".github/workflows/ci.yml") == {"Everything that a change has to pass": "bash ci/debian"}
    assert {key for key in document(".cirrus.yml")["freebsd_task"] if key.endswith("_script")} == {
        "install_script", "suite_script", "judge_script",
    }  # fmt: skip
    assert len(document("templates/judge.yml")["ipc-conformance"]["script"]) == 5


def test_no_step_has_text_of_an_input_in_it() -> None:
    for path in ("action.yml", ".github/workflows/judge.yml", ".github/workflows/ci.yml"):
        assert not [name for name, text in steps(path).items() if "${{" in text]
    assert not [line for line in document("templates/judge.yml")["ipc-conformance"]["script"] if "$[[" in line]


def test_the_action_judges_and_the_workflow_puts_it_together(checkout: Path) -> None:
    judged = shell(
        steps("action.yml")["Judge"], checkout, SUITE=str(ROOT), AGENT="stdlib", AGENT_COMMAND="",
        EVIDENCE="evidence/here.jsonl", ARGUMENTS=f"--case {FEW}",
    )  # fmt: skip
    assert judged.returncode == 0, judged
    assert (checkout / "evidence" / "here.jsonl").is_file()

    summary = checkout / "step-summary.md"
    merged = shell(
        steps(".github/workflows/judge.yml")["Pages, summary and gate"], checkout, GITHUB_STEP_SUMMARY=str(summary),
        IPC_CONFORMANCE_CLAIMS=str(checkout / "claims.toml") if _claims(checkout, "assumed") else "",
    )  # fmt: skip
    assert merged.returncode == 0, merged
    assert "the gate is open" in merged.stdout
    assert "| stdlib | Linux |" in summary.read_text() or sys.platform != "linux"
    assert (checkout / "site" / "index.html").is_file()


def _claims(checkout: Path, level: str) -> bool:
    entry = f'[[platform]]\nname = "linux"\ntitle = "Linux"\nclaim = "{level}"\nrelies_on = "CI."\n'
    return (checkout / "claims.toml").write_text(f'agent = "stdlib"\n{entry}') > 0


def test_the_gate_fails_the_job_where_a_claim_is_not_carried(checkout: Path) -> None:
    _claims(checkout, "explicit")
    shell(steps("action.yml")["Judge"], checkout, SUITE=str(ROOT), AGENT="stdlib", EVIDENCE="evidence/here.jsonl",
          ARGUMENTS=f"--case {FEW}")  # fmt: skip

    merged = shell(steps(".github/workflows/judge.yml")["Pages, summary and gate"], checkout,
                   IPC_CONFORMANCE_CLAIMS="claims.toml")  # fmt: skip

    assert merged.returncode == 5, merged
    assert "overclaimed: stdlib on Linux" in merged.stdout


def test_an_agent_that_cannot_be_judged_fails_the_step(checkout: Path) -> None:
    done = shell(steps("action.yml")["Judge"], checkout, SUITE=str(ROOT), AGENT_COMMAND="/no/such/agent; touch owned",
                 EVIDENCE="evidence/here.jsonl", ARGUMENTS="")  # fmt: skip

    assert done.returncode == 4, done
    assert not (checkout / "owned").exists()


@pytest.mark.parametrize(
    ("system", "installed"),
    [
        ("FreeBSD", "pkg install -y python311"),
        ("DragonFly", "pkg install -y python311"),
        ("OpenBSD", "pkg_add -I python%3"),
        ("NetBSD", "pkgin -y install python311"),
    ],
)
def test_a_virtual_machine_installs_a_python_and_records(checkout: Path, system: str, installed: str) -> None:
    found = steps(".github/workflows/judge.yml")
    (checkout / "build.sh").write_text("touch built\n")
    assert shell(found["The suite in one file"], checkout).returncode == 0

    # One case on one system is enough for the way; the others stop when it begins.
    record = f"--case '{FEW}'" if system == "FreeBSD" else "--case nothing/at_all"
    script = found["Record in the virtual machine"].rstrip() + f" {record}"
    done = shell(script, checkout, SYSTEM=system, EVIDENCE="evidence/guest.jsonl", AGENT_COMMAND="", BUILD="build.sh")

    assert (checkout / "built").exists()
    assert installed in (checkout / "installed").read_text()
    assert done.returncode == (0 if system == "FreeBSD" else 2), done


def test_the_agent_is_built_by_a_script_of_its_own(checkout: Path) -> None:
    (checkout / "build.sh").write_text("touch built\n")

    assert shell(steps(".github/workflows/judge.yml")["Build the agent"], checkout, BUILD="build.sh").returncode == 0
    assert (checkout / "built").exists()


def test_cirrus_records_without_installing_anything_but_python(checkout: Path) -> None:
    task = document(".cirrus.yml")["freebsd_task"]
    for name in ("scripts", "ci"):
        (checkout / name).symlink_to(ROOT / name)

    assert shell(task["install_script"], checkout).returncode == 0
    assert shell(task["suite_script"], checkout).returncode == 0
    done = shell(task["judge_script"] + f" --case '{FEW}'", checkout)

    assert done.returncode == 0, done
    assert (checkout / "evidence" / "freebsd-x86-64.jsonl").is_file()


def test_a_gitlab_job_fetches_the_suite_by_commit_and_judges(checkout: Path) -> None:
    job = document("templates/judge.yml")["ipc-conformance"]
    (checkout / ".ipc-conformance").unlink()
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    variables = {"SUITE": ROOT.as_uri(), "SUITE_REF": head.strip(), "EVIDENCE": "evidence/gitlab.jsonl",
                 "AGENT": "stdlib", "ARGUMENTS": f"--case {FEW}"}  # fmt: skip
    *fetch, judge, merge = job["script"]
    for line in fetch:
        done = shell(line, checkout, **variables)
        assert done.returncode == 0, done
    assert (checkout / ".ipc-conformance" / "ci" / "debian").is_file()

    # The environment that is here already serves instead of a new one, which would be the same after a minute.
    shutil.rmtree(checkout / ".ipc-conformance")
    (checkout / ".ipc-conformance").symlink_to(ROOT)
    for line in (judge, merge):
        done = shell(line, checkout, **variables, IPC_CONFORMANCE_CLAIMS="claims.toml" * _claims(checkout, "assumed"))
        assert done.returncode == 0, done


def test_the_job_on_debian_is_a_script_that_bash_can_read() -> None:
    for path in sorted((ROOT / "ci").iterdir()):
        shell_ = "bash" if "bash" in path.read_text(encoding="utf-8").partition("\n")[0] else "sh"
        assert subprocess.run([shell_, "-n", str(path)], check=False).returncode == 0, path


@pytest.mark.parametrize(
    "uses", ["uses: actions/checkout@v4", "- uses: a/b@main # v1", f"uses: a/b@{'0' * 40}", "uses: a/b@0123 # v1.0"]
)
def test_an_action_that_is_not_pinned_is_found(tmp_path: Path, uses: str) -> None:
    path = tmp_path / "w.yml"
    path.write_text(f"      {uses}\n")

    assert [*workflows.pins([path], tmp_path)]


def test_pinned_actions_are_let_pass(tmp_path: Path) -> None:
    path = tmp_path / "w.yml"
    path.write_text(f"- uses: a/b@{'0' * 40} # v1.0\n- uses: ./here\n")

    assert not [*workflows.pins([path], tmp_path)]
    assert re.search(r"@[0-9a-f]{40}", path.read_text())
