"""A relative path that begins with @ is taken for an abstract name."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import names
from conformance.agents.stdlib.names import Address
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(names, "_file")
def like_ss(right: Right[Address], path: bytes) -> Address:
    return Address(b"\0" + path[1:], None) if path[:1] == b"@" else right(path)


main()
