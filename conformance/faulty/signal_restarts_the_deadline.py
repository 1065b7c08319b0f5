"""A signal that interrupts a wait begins its deadline anew."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import time

from conformance.agents.stdlib import patience
from conformance.agents.stdlib.patience import Patience
from conformance.agents.stdlib.serve import main
from conformance.agents.stdlib.signals import signals
from conformance.faulty._arrivals import arrived
from conformance.faulty._wrong import Right, instead_of

SLICE = 0.01


@instead_of(Patience, "until")
def anew(right: Right[None], waiting: Patience, fd: int, events: int) -> None:
    span = waiting.left()
    if span is None or signals.bell is None:
        return right(waiting, fd, events)
    seen, ends = arrived(), time.monotonic() + span
    while not patience.poll(fd, events, SLICE):
        if arrived() != seen:
            seen, ends = arrived(), time.monotonic() + span
        if time.monotonic() > ends:
            waiting.left()
    return None


main()
