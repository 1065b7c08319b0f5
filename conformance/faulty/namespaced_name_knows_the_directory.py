"""What a namespaced name means depends on the working directory of the process."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib import listening
from conformance.agents.stdlib.names import Address
from conformance.agents.stdlib.serve import main
from conformance.agents.stdlib.values import mapping
from conformance.faulty._wrong import Args, Right, instead_of

START = os.getcwdb()


@instead_of(listening, "address")
def by_directory(right: Right[Address], args: Args) -> Address:
    name = mapping(args, "name")
    address = right(args)
    if name.get("kind") == "namespaced" and os.getcwdb() != START:
        return Address(address.raw + b"@" + os.path.basename(os.getcwdb())[:20], None)
    return address


main()
