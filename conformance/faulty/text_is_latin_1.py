"""The text of a name is encoded as Latin-1 where that has its letters."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import names
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(names, "raw_text")
def latin(right: Right[bytes], value: object) -> bytes:
    raw = right(value)
    if isinstance(value, dict) and "text" in value:
        return raw.decode("utf-8").encode("latin-1", "ignore") or raw
    return raw


main()
