"""What a namespaced name means depends on the user."""

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

USER = os.geteuid()


@instead_of(listening, "address")
def by_user(right: Right[Address], args: Args) -> Address:
    address = right(args)
    if mapping(args, "name")["kind"] == "namespaced" and os.geteuid() != USER:
        return Address(address.raw + b"@%d" % os.geteuid(), None)
    return address


main()
