"""Listeners that take over a stale name do not take turns: one removes what another has just made."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import fcntl
import time

from conformance.agents.stdlib import claim
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of

TIME_TO_REMOVE = 0.05


@instead_of(fcntl, "flock")
def no_lock(_right: Right[None], _fd: int, _operation: int) -> None:
    pass


@instead_of(claim, "_is_dead")
def dead_a_while_ago(right: Right[bool], path: bytes) -> bool:
    dead = right(path)
    time.sleep(TIME_TO_REMOVE)
    return dead


main()
