"""A namespaced name with a slash is refused."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import listening
from conformance.agents.stdlib.failures import Failure
from conformance.agents.stdlib.names import Address
from conformance.agents.stdlib.serve import main
from conformance.agents.stdlib.values import mapping
from conformance.faulty._wrong import Args, Right, instead_of


@instead_of(listening, "address")
def no_slash(right: Right[Address], args: Args) -> Address:
    name = mapping(args, "name")
    if name.get("kind") == "namespaced" and "/" in str(name.get("text")):
        raise Failure("invalid_name", "no slash")
    return right(args)


main()
