"""What the project claims for a platform relies on checks that there are."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from _checks.__main__ import CHECKS
from conformance.front.gather import gather
from conformance.requirements import load
from matrix.claims import load_claims
from matrix.gate import check
from matrix.levels import load_policy
from matrix.markdown import readme
from matrix.table import Matrix, matrix

ROOT = Path(__file__).resolve().parents[2]


def kept() -> Matrix:
    """The matrix of this project, on the day of its newest evidence."""
    spec = load()
    results = gather([ROOT / "matrix" / "results"]).results
    today = max(date.fromisoformat(result.date) for result in results)
    return matrix(results, spec, load_policy(), load_claims(spec.platforms), today)


def test_static_checks_that_a_claim_relies_on_exist() -> None:
    named = {check for claim in load_claims(load().platforms).platforms.values() for check in claim.static}

    assert named
    assert named <= {check.name for check in CHECKS}


def test_the_readme_has_the_matrix_that_is_kept() -> None:
    assert readme(kept()) in (ROOT / "README.md").read_text(encoding="utf-8")


def test_nothing_is_claimed_beyond_the_evidence_that_is_kept() -> None:
    assert [finding.text for finding in check(kept(), None) if finding.fails] == []
