"""Any command of the suite from a fresh checkout: `suite.py ARGS` is `ipc-conformance ARGS`."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import _start

_start.start("run", ["-I", "-m", "conformance"], sys.argv[1:])
