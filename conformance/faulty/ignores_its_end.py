"""The process ignores termination, and the end of its input."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import signal
import threading

from conformance.agents.stdlib import serve
from conformance.agents.stdlib.session import Session
from conformance.faulty._wrong import Right, instead_of

for ignored in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
    signal.signal(ignored, signal.SIG_IGN)


@instead_of(Session, "close_all")
def stay(_right: Right[None], session: Session) -> None:
    if not session.ended:
        threading.Event().wait()


serve.OPERATIONS.pop("bye")
main = serve.main

main()
