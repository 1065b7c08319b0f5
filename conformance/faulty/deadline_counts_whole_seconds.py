"""A deadline is cut to whole seconds, so a short one passes at once."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.patience import Patience
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(Patience, "__init__")
def whole_seconds(right: Right[None], patience: Patience, wait: object) -> None:
    right(patience, int(wait / 1000) * 1000 if isinstance(wait, (int, float)) else wait)


main()
