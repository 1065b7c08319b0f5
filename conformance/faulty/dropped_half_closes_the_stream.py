"""Closing one half of a split stream closes all of it."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import Half
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(Half, "close")
def everything(right: Right[None], half: Half) -> None:
    half.stream.holders = 1
    right(half)


main()
