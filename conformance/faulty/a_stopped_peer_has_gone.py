"""A send to a process that is stopped fails: the peer is taken for gone."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.credentials import peer_credentials
from conformance.agents.stdlib.endpoints import Stream
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of

STOPPED = b"T"


@instead_of(Stream, "try_send")
def only_to_the_living(right: Right[int], stream: Stream, data: memoryview) -> int:
    try:
        with open(f"/proc/{peer_credentials(stream.sock).get('pid')}/stat", "rb") as status:
            state = status.read().rpartition(b") ")[2][:1]
    except OSError:
        state = b""
    if state == STOPPED:
        raise BrokenPipeError
    return right(stream, data)


main()
