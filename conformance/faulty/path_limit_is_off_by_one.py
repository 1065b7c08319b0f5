"""The longest path that fits is refused: the limit is one byte too low."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import names
from conformance.agents.stdlib.serve import main

names.LONGEST_PATH -= 1

main()
