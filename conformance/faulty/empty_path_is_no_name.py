"""An empty path is passed on, and Linux chooses a name."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import listening
from conformance.agents.stdlib.names import Address
from conformance.agents.stdlib.serve import main
from conformance.agents.stdlib.values import mapping
from conformance.faulty._wrong import Args, Right, instead_of


@instead_of(listening, "address")
def autobind(right: Right[Address], args: Args) -> Address:
    name = mapping(args, "name")
    if name.get("kind") == "path" and name.get("text") == "":
        return Address(b"", None)
    return right(args)


main()
