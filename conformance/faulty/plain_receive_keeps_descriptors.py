"""A plain receive takes the descriptors that come with the data, and leaves them open where nobody knows them."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _socket

from conformance.agents.stdlib import endpoints
from conformance.agents.stdlib.endpoints import Stream
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(Stream, "try_recv")
def with_descriptors(_right: Right[bytes], stream: Stream, limit: int) -> bytes:
    size = min(limit, endpoints.LARGEST_RECEIVE)
    return stream.sock.recvmsg(size, _socket.CMSG_SPACE(16), _socket.MSG_DONTWAIT)[0]


main()
