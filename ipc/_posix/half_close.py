"""Close one direction of a connection and keep the other."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "ipc._posix is for POSIX systems"

from ipc._posix.socket_end import socket_end
from ipc.errors import InvalidInput, NotConnected

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ipc import types


def shutdown(end: types.End, how: str) -> None:
    """shutdown()."""
    connection = socket_end(end, "shut down")
    direction = {"recv": 0, "send": 1, "both": 2}.get(how)  # SHUT_RD, SHUT_WR, SHUT_RDWR
    if direction is None:
        raise InvalidInput(None, f"how={how!r}: give 'recv', 'send' or 'both'")
    try:
        connection.socket_for("shut down").shutdown(direction)
    except OSError as error:
        described = connection.explain(error, "shut down")
        # macOS: not connected any more, so the direction is closed already.
        if not isinstance(described, NotConnected):
            raise described from None
