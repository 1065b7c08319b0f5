"""Too many symbolic links is an error without a portable kind."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import errno

from conformance.agents.stdlib import failures
from conformance.agents.stdlib.serve import main

failures.KINDS[errno.ELOOP] = "other"

main()
