"""An abstract name that is too long is cut to what fits."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import names
from conformance.agents.stdlib.names import LONGEST_ABSTRACT, Address
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(names, "_abstract")
def cut(right: Right[Address], name: bytes) -> Address:
    return right(name[:LONGEST_ABSTRACT])


main()
