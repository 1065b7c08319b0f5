"""A listen that may not remove the stale file fails without a portable kind."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import listening
from conformance.agents.stdlib.failures import Failure
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(listening, "remove_dead_socket")
def vague(right: Right[bool], path: bytes) -> bool:
    try:
        return right(path)
    except PermissionError as problem:
        raise Failure("other", str(problem), problem) from None


main()
