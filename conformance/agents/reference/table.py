"""The handles: what the harness calls by which name."""

from __future__ import annotations

from _thread import allocate_lock

from ipc.errors import IpcError

from .foreign import Foreign
from .offspring import Child
from .trouble import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Generic, Protocol, Self, TypeAlias, TypeVar

    from .arguments import Arguments

    class Numbered(Protocol):
        """An endpoint as such: it has a descriptor, and can be closed."""

        @property
        def inheritable(self) -> bool: ...
        @inheritable.setter
        def inheritable(self, value: bool, /) -> None: ...
        def fileno(self) -> int: ...
        def close(self) -> None: ...
        def set_blocking(self, blocking: bool) -> None: ...
        def get_blocking(self) -> bool: ...

    class Channel(Numbered, Protocol):
        """A stream, or an end of a pipe."""

        def duplicate(self) -> Self: ...

    T = TypeVar("T", bound=Channel)
    R = TypeVar("R", bound=Channel)
    S = TypeVar("S", bound=Channel)
    L = TypeVar("L", bound=Numbered)
    AnyTable: TypeAlias = "Table[Any, Any, Any, Any]"
else:
    T = R = S = L = None

    class Generic:
        """typing.Generic, without the 7 ms that importing typing takes."""

        def __class_getitem__(cls, _item):
            return cls


class Table(Generic[T, R, S, L]):
    """Open handles by name, of the endpoint classes of one API. What was closed is remembered, so that the
    implementation itself can be asked what it makes of a use after the end.
    """

    def __init__(self, stream: type[T], receiver: type[R], sender: type[S], listener: type[L]) -> None:
        self._stream = stream
        self._receiver = receiver
        self._sender = sender
        self._listener = listener
        self._open: dict[str, T | R | S | L | Foreign | Child] = {}
        self._closed: dict[str, T | R | S | L | Foreign | Child] = {}
        self._turn = allocate_lock()

    def refuse_taken(self, name: str) -> str:
        """`name`, if it is free."""
        if name in self._open:
            raise Refused("invalid_input", f"the handle {name!r} is open; close it first, or choose another name")
        return name

    def add(self, name: str, handle: T | R | S | L | Foreign | Child) -> None:
        with self._turn:
            self._open[name] = handle
            self._closed.pop(name, None)

    def get(self, name: str) -> T | R | S | L | Foreign | Child:
        """The handle, open or closed."""
        handle = self._open.get(name) or self._closed.get(name)
        if handle is None:
            raise Refused("invalid_handle", f"there was never a handle {name!r}")
        return handle

    def receiver(self, arguments: Arguments, key: str = "on") -> T | R | Foreign:
        """The handle that argument `key` names, which must be what can be received from."""
        handle = self.get(arguments.text(key))
        if isinstance(handle, (self._stream, self._receiver, Foreign)):
            return handle
        raise _unfit(arguments.text(key), handle, "what can be received from")

    def sender(self, arguments: Arguments, key: str = "on") -> T | S | Foreign:
        """The handle that argument `key` names, which must be what can be sent to."""
        handle = self.get(arguments.text(key))
        if isinstance(handle, (self._stream, self._sender, Foreign)):
            return handle
        raise _unfit(arguments.text(key), handle, "what can be sent to")

    def numbered(self, arguments: Arguments, key: str = "on") -> T | R | S | L | Foreign:
        """The handle that argument `key` names, which must be what has a descriptor."""
        handle = self.get(arguments.text(key))
        if isinstance(handle, (self._stream, self._receiver, self._sender, self._listener, Foreign)):
            return handle
        raise _unfit(arguments.text(key), handle, "what has a descriptor")

    def endpoint(self, arguments: Arguments, key: str = "on") -> T | R | S | L:
        """The handle that argument `key` names, which must be an endpoint of the implementation."""
        handle = self.get(arguments.text(key))
        if isinstance(handle, (self._stream, self._receiver, self._sender, self._listener)):
            return handle
        raise _unfit(arguments.text(key), handle, "an endpoint of the implementation")

    def end(self, arguments: Arguments, key: str = "on") -> T | R | S:
        """The handle that argument `key` names, which must be an end of a connection or pipe."""
        handle = self.get(arguments.text(key))
        if isinstance(handle, (self._stream, self._receiver, self._sender)):
            return handle
        raise _unfit(arguments.text(key), handle, "an end of a connection or pipe")

    def stream(self, arguments: Arguments, key: str = "on") -> T:
        """The handle that argument `key` names, which must be a stream."""
        handle = self.get(arguments.text(key))
        if isinstance(handle, self._stream):
            return handle
        raise _unfit(arguments.text(key), handle, "a stream")

    def listener(self, arguments: Arguments, key: str = "on") -> L:
        """The handle that argument `key` names, which must be a listener."""
        handle = self.get(arguments.text(key))
        if isinstance(handle, self._listener):
            return handle
        raise _unfit(arguments.text(key), handle, "a listener")

    def sending_stream(self, arguments: Arguments, key: str = "on") -> T | S:
        """The handle that argument `key` names, which must be a stream or its sending half."""
        handle = self.get(arguments.text(key))
        if isinstance(handle, (self._stream, self._sender)):
            return handle
        raise _unfit(arguments.text(key), handle, "a stream or its sending half")

    def receiving_stream(self, arguments: Arguments, key: str = "on") -> T | R:
        """The handle that argument `key` names, which must be a stream or its receiving half."""
        handle = self.get(arguments.text(key))
        if isinstance(handle, (self._stream, self._receiver)):
            return handle
        raise _unfit(arguments.text(key), handle, "a stream or its receiving half")

    def receiving_half(self, arguments: Arguments, key: str = "on") -> R:
        """The handle that argument `key` names, which must be a receiver."""
        handle = self.get(arguments.text(key))
        if isinstance(handle, self._receiver):
            return handle
        raise _unfit(arguments.text(key), handle, "a receiver")

    def sending_half(self, arguments: Arguments, key: str = "on") -> S:
        """The handle that argument `key` names, which must be a sender."""
        handle = self.get(arguments.text(key))
        if isinstance(handle, self._sender):
            return handle
        raise _unfit(arguments.text(key), handle, "a sender")

    def child(self, arguments: Arguments, key: str = "on") -> Child:
        """The handle that argument `key` names, which must be a child."""
        handle = self.get(arguments.text(key))
        if isinstance(handle, Child):
            return handle
        raise _unfit(arguments.text(key), handle, "a child")

    def retire(self, name: str) -> T | R | S | L | Foreign | Child:
        """Take an open handle out; it counts as closed."""
        with self._turn:
            handle = self._open.pop(name, None)
            if handle is None:
                raise Refused("invalid_handle", f"there is no open handle {name!r}")
            self._closed[name] = handle
        return handle

    def retired(self, name: str) -> T | R | S | L | Foreign | Child | None:
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


def _unfit(name: str, handle: object, wanted: str) -> Refused:
    return Refused("invalid_handle", f"{name!r} is a {type(handle).__name__}, not {wanted}")
