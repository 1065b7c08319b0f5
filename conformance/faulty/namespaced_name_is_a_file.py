"""A namespaced name is a file in the directory for temporary files, also where there is an abstract namespace."""

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
def in_tmp(right: Right[Address], args: Args) -> Address:
    name = mapping(args, "name")
    address = right(args)
    if name.get("kind") == "namespaced" and b"/" not in address.raw:
        directory, _, word = address.raw[1:].rpartition(b"-")
        path = b"/tmp/" + directory + b"/" + word
        return Address(path, path)
    return address


main()
