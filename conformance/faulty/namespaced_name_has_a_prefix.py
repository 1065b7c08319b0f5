"""A namespaced name gets a prefix of the library's own."""

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
def prefixed(right: Right[Address], args: Args) -> Address:
    name = mapping(args, "name")
    address = right(args)
    if name.get("kind") == "namespaced":
        return Address(b"\0lib." + address.raw[1:103], None)
    return address


main()
