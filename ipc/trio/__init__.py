"""Local inter-process communication on trio, which comes with the extra `trio`: pip install ipc-conformance[trio].

The same primitives, options and errors as `ipc`, made of the same operations. What may wait is awaited; closing
never waits, so `with` closes endpoints here too. An endpoint belongs to the thread of its loop.

Every call that may wait takes `timeout`, and can be cancelled as well. A cancellation strikes only while a call
waits. Then a receive has consumed nothing, or gives back what it has; an accept has left the client in the queue;
a connect or an open leaves no descriptor, no file and no thread; a send has sent nothing, but for `send_all`, after
which `sent` says how much is out. One task may receive from an endpoint while another sends; a second one in the
same direction gets Busy. Closing an endpoint gives InvalidHandle to the tasks that wait on it.

A call that finds what it needs does not give way to other tasks, but for each 32nd in a row, which does so first.
`await trio.lowlevel.checkpoint()` gives way in between.
"""

from __future__ import annotations

import sys

assert sys.platform != "win32", "ipc.trio is not there on Windows yet; use ipc in a thread"

from ipc._async import calls as _calls
from ipc._async import ends as _ends
from ipc._async.listener import Listener as _Listener
from ipc._drive.trio import TrioDirection as _Driver


class Receiver(_ends.Receiver):
    """As ipc.Receiver, on trio."""

    __slots__ = ()
    driver = _Driver


class Sender(_ends.Sender):
    """As ipc.Sender, on trio."""

    __slots__ = ()
    driver = _Driver


class Stream(_ends.Stream[Receiver, Sender]):
    """As ipc.Stream, on trio."""

    __slots__ = ()
    driver = _Driver
    receiver_class = Receiver
    sender_class = Sender


class Listener(_Listener[Stream]):
    """As ipc.Listener, on trio."""

    __slots__ = ()
    driver = _Driver
    client_class = Stream


CALLS = _calls.Calls(Stream, Listener, Receiver, Sender)
listen = CALLS.listen
connect = CALLS.connect
pipe = CALLS.pipe
reunite = CALLS.reunite
