"""An operation whose deadline passes leaves a descriptor open."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib import session
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(session, "describe")
def leak(right: Right[dict[str, object]], problem: BaseException) -> dict[str, object]:
    found = right(problem)
    if found["kind"] == "timed_out":
        os.pipe()
    return found


main()
