"""The suite in one file, as docs/port.md has it used: where nothing is installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import suite_pyz

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the reference agent needs a POSIX system")
CASE = "pipe/a_broken_pipe_is_ready/*"


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file."""
    path = tmp_path_factory.mktemp("suite") / "suite.pyz"
    suite_pyz.build(path)
    return path


def bare(suite: Path, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The file, run by a Python that sees its standard library only."""
    return subprocess.run(
        [sys.executable, "-I", "-S", str(suite), *words], cwd=cwd, check=False, capture_output=True, text=True,
        timeout=200,
    )  # fmt: skip


def test_a_bare_python_records_evidence_that_is_judged_elsewhere(suite: Path, tmp_path: Path) -> None:
    done = bare(suite, "record", "--evidence", "box.jsonl", "--source", "a test", "--case", CASE, cwd=tmp_path)

    assert done.returncode == 0, done
    assert "now have it judged" in done.stdout
    judged = subprocess.run(
        [sys.executable, "-m", "conformance", "judge", "box.jsonl"], cwd=tmp_path, check=False, capture_output=True,
        text=True,
    )  # fmt: skip
    assert judged.returncode == 0, judged
    assert "everything as expected" in judged.stdout


def test_it_leaves_nothing_behind_but_the_evidence(suite: Path, tmp_path: Path) -> None:
    bare(suite, "record", "--evidence", "box.jsonl", "--case", CASE, cwd=tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["box.jsonl"]


def test_a_wrong_word_is_told_as_everywhere(suite: Path, tmp_path: Path) -> None:
    done = bare(suite, "record", "--evidence", "box.jsonl", "--case", "no/such/case", cwd=tmp_path)

    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_the_same_sources_give_the_same_bytes(suite: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.pyz"
    suite_pyz.build(again)

    assert again.read_bytes() == suite.read_bytes()
    assert len(again.read_bytes()) < 1_000_000
