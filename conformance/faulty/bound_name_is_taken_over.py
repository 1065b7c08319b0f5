"""A listen that may overwrite takes over the name of a process that is slow to listen."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import time

from conformance.agents.stdlib import claim, listening
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of

TIME_TO_LISTEN = 0.3


@instead_of(claim, "_is_bound")
def out_of_patience(right: Right[bool], path: bytes) -> bool:
    if not right(path):
        return False
    time.sleep(TIME_TO_LISTEN)
    probe = listening.new_socket()
    try:
        probe.connect(path)
    except OSError:
        return False
    finally:
        probe.close()
    return True


main()
