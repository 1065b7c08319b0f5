"""Set the project up where needed, then pass the project's own tests.

Arguments go to pytest; paths among them are relative to the repository.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import _start

os.chdir(_start.ROOT)
_start.start("run", ["-I", "-m", "pytest", "-n", "logical"], sys.argv[1:])
