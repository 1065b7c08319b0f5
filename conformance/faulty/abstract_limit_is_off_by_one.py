"""The longest abstract name is refused: a terminator is counted that it does not have."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import names
from conformance.agents.stdlib.serve import main

names.LONGEST_ABSTRACT -= 1

main()
