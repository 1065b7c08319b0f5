"""The handles: what the harness calls by which name."""

from __future__ import annotations

from _thread import allocate_lock

from ipc import Listener, Receiver, Sender, Stream
from ipc.errors import IpcError

from .foreign import Foreign
from .offspring import Child
from .trouble import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from .arguments import Arguments

    Handle: TypeAlias = Stream | Receiver | Sender | Listener | Foreign | Child


class Table:
    """Open handles by name. What was closed is remembered, so that the implementation itself can be asked
    what it makes of a use after the end.
    """

    def __init__(self) -> None:
        self._open: dict[str, Handle] = {}
        self._closed: dict[str, Handle] = {}
        self._turn = allocate_lock()

    def refuse_taken(self, name: str) -> str:
        """`name`, if it is free."""
        if name in self._open:
            raise Refused("invalid_input", f"the handle {name!r} is open; close it first, or choose another name")
        return name

    def add(self, name: str, handle: Handle) -> None:
        with self._turn:
            self._open[name] = handle
            self._closed.pop(name, None)

    def get(self, name: str) -> Handle:
        """The handle, open or closed."""
        handle = self._open.get(name) or self._closed.get(name)
        if handle is None:
            raise Refused("invalid_handle", f"there was never a handle {name!r}")
        return handle

    def receiver(self, arguments: Arguments, key: str = "on") -> Stream | Receiver | Foreign:
        """The handle that argument `key` names, which must be what can be received from."""
        handle = self.get(arguments.text(key))
        if isinstance(handle, Stream | Receiver | Foreign):
            return handle
        raise _unfit(arguments.text(key), handle, "what can be received from")

    def sender(self, arguments: Arguments, key: str = "on") -> Stream | Sender | Foreign:
        """The handle that argument `key` names, which must be what can be sent to."""
        handle = self.get(arguments.text(key))
        if isinstance(handle, Stream | Sender | Foreign):
            return handle
        raise _unfit(arguments.text(key), handle, "what can be sent to")

    def numbered(self, arguments: Arguments, key: str = "on") -> Stream | Receiver | Sender | Listener | Foreign:
        """The handle that argument `key` names, which must be what has a descriptor."""
        handle = self.get(arguments.text(key))
        if isinstance(handle, Stream | Receiver | Sender | Listener | Foreign):
            return handle
        raise _unfit(arguments.text(key), handle, "what has a descriptor")

    def endpoint(self, arguments: Arguments, key: str = "on") -> Stream | Receiver | Sender | Listener:
        """The handle that argument `key` names, which must be an endpoint of the implementation."""
        handle = self.get(arguments.text(key))
        if isinstance(handle, Stream | Receiver | Sender | Listener):
            return handle
        raise _unfit(arguments.text(key), handle, "an endpoint of the implementation")

    def end(self, arguments: Arguments, key: str = "on") -> Stream | Receiver | Sender:
        """The handle that argument `key` names, which must be an end of a connection or pipe."""
        handle = self.get(arguments.text(key))
        if isinstance(handle, Stream | Receiver | Sender):
            return handle
        raise _unfit(arguments.text(key), handle, "an end of a connection or pipe")

    def stream(self, arguments: Arguments, key: str = "on") -> Stream:
        """The handle that argument `key` names, which must be a stream."""
        handle = self.get(arguments.text(key))
        if isinstance(handle, Stream):
            return handle
        raise _unfit(arguments.text(key), handle, "a stream")

    def listener(self, arguments: Arguments, key: str = "on") -> Listener:
        """The handle that argument `key` names, which must be a listener."""
        handle = self.get(arguments.text(key))
        if isinstance(handle, Listener):
            return handle
        raise _unfit(arguments.text(key), handle, "a listener")

    def sending_stream(self, arguments: Arguments, key: str = "on") -> Stream | Sender:
        """The handle that argument `key` names, which must be a stream or its sending half."""
        handle = self.get(arguments.text(key))
        if isinstance(handle, Stream | Sender):
            return handle
        raise _unfit(arguments.text(key), handle, "a stream or its sending half")

    def receiving_stream(self, arguments: Arguments, key: str = "on") -> Stream | Receiver:
        """The handle that argument `key` names, which must be a stream or its receiving half."""
        handle = self.get(arguments.text(key))
        if isinstance(handle, Stream | Receiver):
            return handle
        raise _unfit(arguments.text(key), handle, "a stream or its receiving half")

    def receiving_half(self, arguments: Arguments, key: str = "on") -> Receiver:
        """The handle that argument `key` names, which must be a receiver."""
        handle = self.get(arguments.text(key))
        if isinstance(handle, Receiver):
            return handle
        raise _unfit(arguments.text(key), handle, "a receiver")

    def sending_half(self, arguments: Arguments, key: str = "on") -> Sender:
        """The handle that argument `key` names, which must be a sender."""
        handle = self.get(arguments.text(key))
        if isinstance(handle, Sender):
            return handle
        raise _unfit(arguments.text(key), handle, "a sender")

    def child(self, arguments: Arguments, key: str = "on") -> Child:
        """The handle that argument `key` names, which must be a child."""
        handle = self.get(arguments.text(key))
        if isinstance(handle, Child):
            return handle
        raise _unfit(arguments.text(key), handle, "a child")

    def retire(self, name: str) -> Handle:
        """Take an open handle out; it counts as closed."""
        with self._turn:
            handle = self._open.pop(name, None)
            if handle is None:
                raise Refused("invalid_handle", f"there is no open handle {name!r}")
            self._closed[name] = handle
        return handle

    def retired(self, name: str) -> Handle | None:
        """A handle that was closed, if its name was not given anew."""
        return None if name in self._open else self._closed.get(name)

    def close_all(self) -> None:
        """Close everything, whatever it says."""
        with self._turn:
            handles = list(self._open.values())
            self._open.clear()
        for handle in handles:
            try:
                handle.close()
            except (IpcError, OSError):
                pass


def _unfit(name: str, handle: Handle, wanted: str) -> Refused:
    return Refused("invalid_handle", f"{name!r} is a {type(handle).__name__}, not {wanted}")
