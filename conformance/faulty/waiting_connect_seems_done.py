"""A connect that has to wait for room in the queue returns a stream that is not connected."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.endpoints import Stream as Endpoint
from conformance.agents.stdlib.listening import new_socket, try_connect
from conformance.agents.stdlib.names import address
from conformance.faulty._loop import Loop, Stream, main, path_argument
from conformance.faulty._wrong import Right, instead_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable

    from conformance.agents.peers.library import Channel


@instead_of(Loop, "connect")
async def hasty(right: Right[Awaitable[Channel]], loop: Loop, name: str) -> Channel:
    sock = new_socket()
    try:
        try_connect(sock, address(path_argument(name)))
    except BlockingIOError:
        return Stream(Endpoint(sock))
    except OSError:
        sock.close()
        return await right(loop, name)
    return Stream(Endpoint(sock))


main()
