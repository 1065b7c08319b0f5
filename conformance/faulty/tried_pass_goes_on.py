"""A tried send of descriptors that finds the stream full goes on in the background."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _socket
import _thread
import array
import os

from conformance.agents.stdlib.endpoints import SocketEndpoint
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.agents.stdlib.values import Payload, mapping, texts
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of


@instead_of(OPERATIONS, "send_descriptors")
def goes_on(right: Right[Later], session: Session, args: Args) -> Later:
    stream = session.endpoint(args, "on")
    try:
        return (yield from right(session, args))
    except BlockingIOError:
        numbers = array.array("i", [os.dup(session.named(name).fileno()) for name in texts(args, "handles")])
        rights = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, numbers)]
        if isinstance(stream, SocketEndpoint):
            data = Payload(mapping(args, "data")).materialise()
            _thread.start_new_thread(stream.sock.sendmsg, ([data], rights))
        raise


main()
