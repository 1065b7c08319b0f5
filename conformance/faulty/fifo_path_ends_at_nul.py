"""The path of a FIFO ends at its first NUL byte."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import names
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(names, "raw_text")
def cut(right: Right[bytes], value: object) -> bytes:
    raw = right(value)
    return raw.partition(b"\0")[0] if raw.startswith(b"/tmp/ipc-") and raw.count(b"/") > 2 and b"fifo" in raw else raw


main()
