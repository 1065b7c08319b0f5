"""A pipe that cannot be made for want of descriptors uses up the one that was left."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import errno
import os

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of


@instead_of(OPERATIONS, "pipe")
def leak(right: Right[Reply], session: Session, args: Args) -> Reply:
    try:
        return right(session, args)
    except OSError as problem:
        if problem.errno == errno.EMFILE:
            os.dup(0)
        raise


main()
