"""Set the project up where needed, then measure it beside its floors: `bench.py [--rounds N] [--json] [SECTION]...`."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import _start

_start.start("run", ["-I", os.path.join(_start.ROOT, "scripts", "_bench", "__main__.py")], sys.argv[1:])
