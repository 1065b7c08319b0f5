"""The process that it says it is is a helper of its own."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os
import signal

from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Reply, Right, Session, instead_of

helper: list[int] = []


def started() -> int:
    """A process that does nothing until this one ends."""
    ours = os.pipe()[0]  # the other end stays open until this process ends
    pid = os.fork()
    if pid:
        os.close(ours)
        return pid
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    os.dup2(ours, 0)
    os.closerange(1, os.sysconf("SC_OPEN_MAX"))
    os.read(0, 1)
    os._exit(0)


@instead_of(OPERATIONS, "identity")
def misnamed(right: Right[Reply], session: Session, args: Args) -> Reply:
    if not helper:
        helper.append(started())
    return {**right(session, args), "pid": helper[0]}


main()
