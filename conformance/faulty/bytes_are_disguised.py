"""Bytes are changed on their way out and changed back on their way in, so that only its own kind understands it."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import PipeEnd, Stream
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of

DISGUISE = bytes(byte ^ 0x5A for byte in range(256))

for owner in (Stream, PipeEnd):
    for sending in ("try_send", "block_send"):

        @instead_of(owner, sending)
        def changed(right: Right[int], end: Stream | PipeEnd, data: memoryview) -> int:
            return right(end, memoryview(bytes(data).translate(DISGUISE)))

    for receiving in ("try_recv", "block_recv"):

        @instead_of(owner, receiving)
        def changed_back(right: Right[bytes], end: Stream | PipeEnd, limit: int) -> bytes:
            return right(end, limit).translate(DISGUISE)


main()
