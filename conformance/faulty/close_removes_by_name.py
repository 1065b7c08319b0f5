"""Closing a listener removes whatever is at its path by then."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.claim import Claim
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(Claim, "is_ours")
def by_name(_right: Right[bool], _claim: Claim) -> bool:
    return True


main()
