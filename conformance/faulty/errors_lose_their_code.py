"""Errors of the system come without its name and number for them."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import session
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(session, "describe")
def nameless(right: Right[dict[str, object]], problem: BaseException) -> dict[str, object]:
    return {**right(problem), "native": None, "code": None}


main()
