"""The one switch between the platforms.

The assignments at its end make each run of a type checker prove that its platform is complete.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False

if sys.platform == "win32":
    from ipc._win32.connecting import connect
    from ipc._win32.listener import Listener, listen
    from ipc._win32.pipe_end import PipeEnd as PipeReceiver
    from ipc._win32.pipe_end import PipeEnd as PipeSender
    from ipc._win32.pipe_end import PipeEnd as SocketEnd
    from ipc._win32.unnamed import pipe
else:
    from ipc._posix.connecting import connect
    from ipc._posix.listener import Listener, listen
    from ipc._posix.pipe_end import PipeReceiver, PipeSender, pipe
    from ipc._posix.socket_end import SocketEnd

__all__ = ["Listener", "PipeReceiver", "PipeSender", "SocketEnd", "connect", "listen", "pipe"]

if TYPE_CHECKING:
    from collections.abc import Callable

    from ipc import types
    from ipc._wait import Op
    from ipc.names import Name

    _stream: type[types.Stream] = SocketEnd
    _listener: type[types.Listener] = Listener
    _receiver: type[types.Receiver] = PipeReceiver
    _sender: type[types.Sender] = PipeSender
    _connect: Callable[[Name], Op[types.Stream]] = connect
    _listen: Callable[[Name, types.ListenerOptions], Op[types.Listener]] = listen
    _reunite: Callable[[types.End, types.End], types.Stream] = SocketEnd.reunite
    _pipe: Callable[[bool], tuple[types.Receiver, types.Sender]] = pipe
