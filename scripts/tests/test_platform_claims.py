"""What the project claims for a platform relies on checks that there are."""

from __future__ import annotations

from _checks.__main__ import CHECKS
from conformance.requirements import load
from matrix.claims import load_claims


def test_static_checks_that_a_claim_relies_on_exist() -> None:
    named = {check for claim in load_claims(load().platforms).platforms.values() for check in claim.static}

    assert named
    assert named <= {check.name for check in CHECKS}
