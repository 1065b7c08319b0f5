"""A deadline of zero is taken for no deadline."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.patience import Patience
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(Patience, "__init__")
def for_ever(right: Right[None], patience: Patience, wait: object) -> None:
    right(patience, None if wait == 0 else wait)


main()
