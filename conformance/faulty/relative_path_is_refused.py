"""A relative path is refused: it has to begin with a slash."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import names
from conformance.agents.stdlib.failures import Failure
from conformance.agents.stdlib.names import Address
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(names, "_file")
def absolute(right: Right[Address], path: bytes) -> Address:
    if not path.startswith(b"/"):
        raise Failure("invalid_name", "not an absolute path")
    return right(path)


main()
