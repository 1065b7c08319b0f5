"""A sender opens a FIFO for both directions, so it never waits and never finds that nobody receives."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib import fifo
from conformance.agents.stdlib.serve import main

fifo.FLAGS["sender"] = os.O_RDWR

main()
