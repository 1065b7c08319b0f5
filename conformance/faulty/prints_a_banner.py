"""The process prints a banner on its output before it speaks the protocol."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib.serve import main

os.write(1, b"Welcome to the agent!\n")

main()
