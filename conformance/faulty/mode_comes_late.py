"""The mode is set after the socket file was made: for a moment it is open to whom the umask leaves it open."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _socket

from conformance.agents.stdlib import listening
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(listening, "_set_early")
def later(_right: Right[bool], _sock: _socket.socket, _mode: int) -> bool:
    return False


main()
