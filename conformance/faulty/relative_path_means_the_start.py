"""A relative path is resolved in the directory in which the process was started."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib import names
from conformance.agents.stdlib.names import Address
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of

START = os.getcwdb()


@instead_of(names, "_file")
def from_the_start(right: Right[Address], path: bytes) -> Address:
    return right(os.path.join(START, path))


main()
