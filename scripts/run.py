"""Set the project up where needed, then run `ipc-conformance run` with the given arguments."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import _start

_start.start("run", ["-I", "-m", "conformance", "run"], sys.argv[1:])
