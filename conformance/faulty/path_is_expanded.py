"""A path is expanded as a shell would: variables and the home directory are put in."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib import names
from conformance.agents.stdlib.names import Address
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(names, "_file")
def expanded(right: Right[Address], path: bytes) -> Address:
    return right(os.path.expandvars(os.path.expanduser(path)))


main()
