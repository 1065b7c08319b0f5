"""A reset is reported before the data that came ahead of it."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _socket
import os

from conformance.agents.stdlib.endpoints import Stream
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(Stream, "try_recv")
def error_first(right: Right[bytes], stream: Stream, limit: int) -> bytes:
    error = stream.sock.getsockopt(_socket.SOL_SOCKET, _socket.SO_ERROR)
    if error:
        raise OSError(error, os.strerror(error))
    return right(stream, limit)


main()
