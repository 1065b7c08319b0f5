"""A descriptor of another kind can be taken for a stream, and receives like one."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.passing import kind_of
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.agents.stdlib.values import number
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "adopt")
def whatever(right: Right[Reply], session: Session, args: Args) -> Reply:
    return right(session, {**args, "kind": kind_of(number(args, "token"))})


main()
