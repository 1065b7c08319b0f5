"""An abstract name is padded with NUL to the full size of the address."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import names
from conformance.agents.stdlib.names import Address
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(names, "_abstract")
def padded(right: Right[Address], name: bytes) -> Address:
    address = right(name)
    return Address(address.raw.ljust(108, b"\0"), None)


main()
