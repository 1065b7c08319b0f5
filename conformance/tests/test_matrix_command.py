"""`matrix` and `diff` as somebody calls them, and their exit statuses."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "agents are processes of a POSIX system here"

import json
import subprocess
from pathlib import Path

import pytest

from conformance.tests.command_line import Done, ipc_conformance
from matrix.results import text
from matrix.tests.made import result

CLAIMS = """agent = "made"
[[platform]]
name = "linux"
title = "Linux"
claim = "explicit"
primitives = ["unnamed_pipe"]
relies_on = "A run."
"""
TODAY = ("--date", "2026-06-01")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A repository with claims and one result that carries them."""
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "one.json").write_text(text(result()))
    (tmp_path / "claims.toml").write_text(CLAIMS)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "first")
    return tmp_path


def git(where: Path, *words: str) -> None:
    identity = ("-c", "user.name=a test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *words], cwd=where, check=True, stdin=subprocess.DEVNULL)


def check(place: Path, *words: str) -> Done:
    return ipc_conformance("matrix", "check", *words, "--claims", "claims.toml", *TODAY, "results", cwd=place)


def test_the_gate_is_open_where_claims_are_carried(place: Path) -> None:
    done = check(place)

    assert (done.status, done.out) == (0, "the gate is open\n")


def test_the_gate_closes_with_a_status_of_its_own(place: Path) -> None:
    (place / "results" / "one.json").write_text(text(result(violated=1)))

    done = check(place)

    assert done.status == 5
    assert "overclaimed: made on Linux, unnamed_pipe: claimed explicit, the evidence carries unsupported" in done.out
    assert "the gate is closed by 1 finding\n" in done.out


def test_a_commit_is_a_baseline_with_the_claims_it_had(place: Path) -> None:
    (place / "claims.toml").write_text(CLAIMS.replace('"explicit"', '"assumed"'))

    done = check(place, "--baseline", "HEAD")

    assert done.status == 5
    assert "demoted: made on Linux, unnamed_pipe: explicit before, assumed now" in done.out


def test_evidence_is_a_baseline(place: Path) -> None:
    (place / "before.json").write_text(text(result(agent="another")))

    done = check(place, "--baseline", "before.json")

    assert done.status == 5
    assert "demoted: another on Linux, unnamed_pipe: explicit before, nothing now" in done.out


@pytest.mark.parametrize("ref", ["no-such-commit", "--output=x"])
def test_what_is_neither_a_file_nor_a_commit_is_said(place: Path, ref: str) -> None:
    done = check(place, f"--baseline={ref}")

    assert done.status == 2
    assert f"--baseline {ref}: neither a file nor a commit" in done.err


def test_a_site_is_built_and_what_is_refused_costs_the_status(place: Path) -> None:
    (place / "results" / "bad.json").write_text("{}")

    done = ipc_conformance("matrix", "build", "--out", "site", "--claims", "claims.toml", *TODAY, "results", cwd=place)

    assert done.status == 3
    assert "refused: results/bad.json: not a result" in done.err
    assert "1 files were refused" in (place / "site" / "index.html").read_text()
    assert (place / "site" / "badges" / "made-linux.svg").is_file()


def test_results_of_evidence_are_kept_under_names_that_say_what_they_are(place: Path) -> None:
    done = ipc_conformance("matrix", "judge", "--out", "kept", "results", cwd=place)

    assert done.status == 0
    (kept,) = (place / "kept").iterdir()
    assert kept.name == f"made-1-0-linux-x86-64-cpython-3-11-{result().seal[:8]}.json"
    assert kept.read_text() == text(result())


def test_claim_and_evidence_stand_side_by_side(place: Path) -> None:
    done = ipc_conformance("matrix", "table", "--claims", "claims.toml", *TODAY, "results", cwd=place)

    assert done.out.splitlines()[1].split() == [
        "made", "Linux", "unnamed_pipe", "explicit", "explicit", "9", "0", "2026-05-01",
    ]  # fmt: skip


def test_losing_what_passed_closes_the_gate_of_a_diff(place: Path) -> None:
    (place / "after.json").write_text(text(result(violated=1)))
    before = "results/one.json"

    plain = ipc_conformance("diff", before, "after.json", cwd=place)
    gated = ipc_conformance("diff", before, "after.json", "--gate", cwd=place)
    back = ipc_conformance("diff", "after.json", before, "--gate", "--json", cwd=place)

    assert (plain.status, gated.status, back.status) == (0, 5, 0)
    assert "LOST  changed  LS-IO-001  holds -> violated" in gated.out
    assert "0 added, 0 deleted, 1 changed, 0 unchanged; 1 that passed is lost" in gated.out
    assert json.loads(back.out)["changed"] == [
        {"what": "LS-IO-001", "before": "violated", "after": "holds", "regression": False}
    ]


def test_a_diff_of_evidence_is_by_case(tmp_path: Path) -> None:
    paths = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    for path, case in zip(paths, ("size=1", "size=25?"), strict=True):
        glob = f"stream/queued_bytes_arrive/unnamed_pipe/blocking/{case}"
        ipc_conformance("run", "--agent", "stdlib", "--case", glob, "--evidence", path)

    done = ipc_conformance("diff", *paths, "--gate")

    assert done.status == 5
    assert "LOST  deleted  stream/queued_bytes_arrive/unnamed_pipe/blocking/size=1 LS-IO" in done.out


def test_evidence_is_not_compared_with_a_result(place: Path) -> None:
    done = ipc_conformance("diff", "results/one.json", "x.jsonl", cwd=place)

    assert done.status == 2
    assert "compare evidence with evidence" in done.err
