"""A listen that may overwrite removes also what is no socket."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os
import stat

from conformance.agents.stdlib import listening
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(listening, "remove_dead_socket")
def anything(right: Right[bool], path: bytes) -> bool:
    mode = os.lstat(path).st_mode
    if stat.S_ISSOCK(mode) or stat.S_ISDIR(mode):
        return right(path)
    os.unlink(path)
    return True


main()
