"""A listen that may overwrite takes a listener whose queue is full for a dead one."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib import listening
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(listening, "remove_dead_socket")
def no_answer_is_death(right: Right[bool], path: bytes) -> bool:
    probe = listening.new_socket()
    probe.setblocking(False)
    try:
        probe.connect(path)
    except BlockingIOError:
        os.unlink(path)
        return True
    except OSError:
        return right(path)
    finally:
        probe.close()
    return False


main()
