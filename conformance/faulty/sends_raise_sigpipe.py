"""Sending to a peer that has closed raises SIGPIPE: nothing keeps the signal back."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import endpoints
from conformance.agents.stdlib.serve import main

endpoints.NOSIGNAL = 0

main()
