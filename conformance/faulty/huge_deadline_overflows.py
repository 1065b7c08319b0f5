"""A deadline is kept in 32 bits: one that is far away has passed already."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.patience import Patience
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(Patience, "__init__")
def in_32_bits(right: Right[None], patience: Patience, wait: object) -> None:
    right(patience, max(0, (int(wait) + 2**31) % 2**32 - 2**31) if isinstance(wait, (int, float)) else wait)


main()
