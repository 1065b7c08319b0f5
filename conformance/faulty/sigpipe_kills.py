"""The default action of SIGPIPE is restored at the start: sending to a peer that has closed ends the process."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import signal

from conformance.agents.stdlib import endpoints
from conformance.agents.stdlib.serve import main

endpoints.NOSIGNAL = 0
signal.signal(signal.SIGPIPE, signal.SIG_DFL)

main()
