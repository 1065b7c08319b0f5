"""The deadline of a connect stays on the socket, and ends a receive on the stream that it made."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _socket
import struct

from conformance.agents.stdlib.endpoints import SocketEndpoint
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "connect")
def left(right: Right[Later], session: Session, args: Args) -> Later:
    reply = yield from right(session, args)
    wait, stream = args.get("wait"), session.named(str(args["as"]))
    if isinstance(wait, int) and wait < 1000 and isinstance(stream, SocketEndpoint):
        timeout = struct.pack("ll", 0, wait * 1000)
        stream.sock.setsockopt(_socket.SOL_SOCKET, _socket.SO_RCVTIMEO, timeout)
    return reply


main()
