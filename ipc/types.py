"""The values that cross between rooms, and what a platform has to provide.

The protocols exist for the type checkers only: importing typing would double the start time of a small
program. `_native` proves them for each platform.
"""

from __future__ import annotations

TYPE_CHECKING = False

# How long `listen` waits for others that overwrite a name in the same directory, in seconds.
LOCK_PATIENCE = 10.0


class _Value:
    """Equal by content, printable, unchangeable. (dataclasses costs 15 ms at import.)"""

    __slots__: tuple[str, ...] = ()

    def __setattr__(self, key: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} cannot be changed")

    def _fields(self) -> tuple[object, ...]:
        return tuple(getattr(self, field) for field in self.__slots__)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Value) and type(other) is type(self) and other._fields() == self._fields()

    def __hash__(self) -> int:
        return hash((type(self), self._fields()))

    def __repr__(self) -> str:
        inside = ", ".join(f"{field}={getattr(self, field)!r}" for field in self.__slots__)
        return f"{type(self).__name__}({inside})"


class ListenerOptions(_Value):
    """How a listener is made; `ipc.listen` documents each option."""

    __slots__ = ("backlog", "mode", "overwrite", "reclaim")
    backlog: int
    mode: int | None
    overwrite: bool
    reclaim: bool

    def __init__(self, backlog: int, mode: int | None, reclaim: bool, overwrite: bool) -> None:
        for field, value in zip(self.__slots__, (backlog, mode, overwrite, reclaim), strict=True):
            object.__setattr__(self, field, value)


class PeerCredentials(_Value):
    """Who made the other end. None where the platform does not tell.

    `pid` is that of the process which called connect(), or listen() as the client sees it; a process
    number can be given anew after its owner ended. `groups` are the supplementary groups.
    """

    __slots__ = ("gid", "groups", "pid", "uid")
    pid: int | None
    uid: int | None
    gid: int | None
    groups: tuple[int, ...] | None

    def __init__(self, pid: int | None, uid: int | None, gid: int | None, groups: tuple[int, ...] | None) -> None:
        for field, value in zip(self.__slots__, (gid, groups, pid, uid), strict=True):
            object.__setattr__(self, field, value)


class ReceivedDescriptors(_Value):
    """What `recv_descriptors` got: the bytes, the descriptors (yours to close), and whether some were lost."""

    __slots__ = ("data", "descriptors", "truncated")
    data: bytes
    descriptors: tuple[int, ...]
    truncated: bool

    def __init__(self, data: bytes, descriptors: tuple[int, ...], truncated: bool) -> None:
        for field, value in zip(self.__slots__, (data, descriptors, truncated), strict=True):
            object.__setattr__(self, field, value)


if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Protocol, TypeAlias

    from ipc._wait import Op
    from ipc.errors import IpcError
    from ipc.names import Name

    # PEP 688's Buffer is spelled out, since Python 3.11 has no name for it.
    ReadableBuffer: TypeAlias = bytes | bytearray | memoryview
    WritableBuffer: TypeAlias = bytearray | memoryview

    class HasFileno(Protocol):
        """Anything with a descriptor."""

        def fileno(self) -> int: ...

    class Limit(Protocol):
        """What makes blocking calls come back quickly while it is on."""

        on: bool

        def turn_on(self) -> None: ...

    class End(Protocol):
        """What every endpoint of a platform can do."""

        @property
        def label(self) -> str: ...
        @property
        def closed(self) -> bool: ...
        def close(self) -> None: ...
        def fileno(self) -> int: ...
        def expose(self) -> int: ...
        def detach(self) -> int: ...
        def get_inheritable(self) -> bool: ...
        def set_inheritable(self, inheritable: bool) -> None: ...
        def get_blocking(self) -> bool: ...
        def set_blocking(self, blocking: bool) -> None: ...
        def explain(self, error: OSError, doing: str) -> IpcError: ...

    class Receiver(End, Protocol):
        """An end that bytes come out of.

        `receive_now` blocks, `receive_at_once` never does; both may raise BlockingIOError at any time: then the
        operation decides.
        """

        @property
        def unread(self) -> int: ...
        @property
        def receive_now(self) -> Callable[[int], bytes]: ...
        @property
        def limit(self) -> Limit: ...
        def receive_at_once(self, max_bytes: int) -> bytes: ...
        def recv(self, max_bytes: int, tried: bool = False) -> Op[bytes]: ...
        def recv_into(self, buffer: WritableBuffer) -> Op[int]: ...
        def recv_into_vectored(self, buffers: Sequence[WritableBuffer]) -> Op[int]: ...
        def recv_exact(self, count: int) -> Op[bytes]: ...
        def duplicate(self) -> Receiver: ...

    class Sender(End, Protocol):
        """An end that bytes go into; `send_now` is to `receive_now` as sending is to receiving.

        `sent` is how many bytes the latest operation got out; `send_all` goes on after the first `already`.
        """

        sent: int

        @property
        def send_now(self) -> Callable[[ReadableBuffer, int], int]: ...
        @property
        def send_flags(self) -> int: ...
        @property
        def limit(self) -> Limit: ...
        def send(self, data: ReadableBuffer) -> Op[int]: ...
        def send_vectored(self, buffers: Sequence[ReadableBuffer]) -> Op[int]: ...
        def send_at_once(self, data: ReadableBuffer) -> int: ...
        def send_all(self, data: ReadableBuffer, already: int = 0, tried: bool = False) -> Op[None]: ...
        def duplicate(self) -> Sender: ...

    class Stream(Receiver, Sender, Protocol):
        """Both directions over one connection."""

        def split(self) -> tuple[Receiver, Sender]: ...
        def take_error(self) -> IpcError | None: ...
        def duplicate(self) -> Stream: ...

    class Listener(End, Protocol):
        """Where clients arrive."""

        reclaim: bool

        @property
        def name(self) -> Name | None: ...
        def accept(self) -> Op[Stream]: ...
