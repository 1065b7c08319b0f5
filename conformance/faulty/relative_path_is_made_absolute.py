"""A relative path is made absolute before it is used, and then may not fit."""

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
def absolute(right: Right[Address], path: bytes) -> Address:
    return right(path if path.startswith(b"/") else os.getcwdb() + b"/" + path)


main()
