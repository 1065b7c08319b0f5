"""A listen that may overwrite removes the socket file of a live listener too."""

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
def blindly(_right: Right[bool], path: bytes) -> bool:
    if not stat.S_ISSOCK(os.lstat(path).st_mode):
        return False
    os.unlink(path)
    return True


main()
