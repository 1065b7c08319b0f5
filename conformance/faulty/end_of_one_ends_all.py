"""A server that finds one of its clients gone closes its listener."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _socket
import select

from conformance.agents.stdlib.endpoints import Listener
from conformance.agents.stdlib.patience import poll
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of

served: dict[Listener, list[_socket.socket]] = {}


@instead_of(Listener, "try_accept")
def look_around(right: Right[_socket.socket], listener: Listener, nothing: None) -> _socket.socket:
    clients = served.setdefault(listener, [])
    if any(client.fileno() >= 0 and poll(client.fileno(), 0, 0) & select.POLLHUP for client in clients):
        listener.close()
        raise OSError(22, "Invalid argument")
    clients.append(right(listener, nothing))
    return clients[-1]


main()
