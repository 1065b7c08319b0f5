"""The implementation's objects over what was inherited or received."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ipc import Listener, Receiver, Sender, Stream

    from .foreign import Foreign

if sys.platform == "win32":
    from ipc import windows

    from .trouble import Refused

    def take(number: int, kind: str) -> Stream | Listener | Receiver | Sender | Foreign:
        """The implementation's object over a handle."""
        match kind:
            case "stream":
                return windows.adopt_stream(number)
            case "receiver":
                return windows.adopt_receiver(number)
            case "sender":
                return windows.adopt_sender(number)
            case _:
                raise Refused("unsupported", f"a handle of kind {kind!r} cannot be taken over on Windows")

else:
    import fcntl
    import os
    import socket
    import stat

    from ipc import posix

    from .foreign import Foreign

    def kind_of(number: int) -> str:
        """What the system says that a descriptor is, in the words of the protocol; "" for anything else."""
        mode = os.fstat(number).st_mode
        if stat.S_ISFIFO(mode):
            return "sender" if fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE == os.O_WRONLY else "receiver"
        if not stat.S_ISSOCK(mode):
            return ""
        with socket.socket(fileno=os.dup(number)) as look:
            return "listener" if look.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) else "stream"

    def take(number: int, kind: str) -> Stream | Listener | Receiver | Sender | Foreign:
        """The implementation's object over a descriptor."""
        match kind:
            case "stream":
                return posix.adopt_stream(number)
            case "listener":
                return posix.adopt_listener(number)
            case "receiver":
                return posix.adopt_receiver(number)
            case "sender":
                return posix.adopt_sender(number)
            case _:
                return Foreign(number)
