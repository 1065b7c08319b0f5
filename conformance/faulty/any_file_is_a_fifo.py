"""An end of a FIFO can be opened on any file."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import fifo
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(fifo, "_check_fifo")
def unchecked(_right: Right[None], _mode: int) -> None:
    return None


main()
