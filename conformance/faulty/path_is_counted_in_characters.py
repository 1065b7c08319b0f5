"""The length of a path is checked in characters, and what does not fit in bytes is cut."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import names
from conformance.agents.stdlib.names import LONGEST_PATH, Address
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(names, "_file")
def characters(right: Right[Address], path: bytes) -> Address:
    return right(path[:LONGEST_PATH] if len(path.decode("utf-8", "replace")) <= LONGEST_PATH else path)


main()
