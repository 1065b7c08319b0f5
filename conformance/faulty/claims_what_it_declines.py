"""A capability is claimed whose operations are declined."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.serve import OPERATIONS, main

OPERATIONS.pop("split")

main()
