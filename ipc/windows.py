"""What only Windows has: named pipes with all that they can do, and handles that others take over."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "ipc.windows is for Windows; on this system use ipc and ipc.posix"

from ipc._drive.blocking import run as _run
from ipc._ends import Receiver, Sender, Stream
from ipc._listener import Listener
from ipc._win32 import asking as _asking
from ipc._win32 import bindings as _api
from ipc._win32 import messages as _messages
from ipc._win32.connecting import open_when_free as _open_when_free
from ipc._win32.connection import Connection as _Connection
from ipc._win32.failure import last_failure as _last_failure
from ipc._win32.listener import Listener as _NativeListener
from ipc._win32.naming import ACCESS as _ACCESS
from ipc._win32.naming import Instances as _Instances
from ipc._win32.pipe_end import PipeEnd as _PipeEnd
from ipc._win32.security import Descriptor as _Descriptor
from ipc.errors import InvalidInput, describe
from ipc.names import to_name as _to_name
from ipc.names import windows_pipe_path as _windows_pipe_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Literal, TypeAlias

    from ipc.names import AnyName
    from ipc.types import ReadableBuffer

    Direction: TypeAlias = Literal["in", "out", "duplex"]
    Mode: TypeAlias = Literal["bytes", "messages"]
    Level: TypeAlias = Literal["anonymous", "identification", "impersonation"]

__all__ = [
    "PipeListener",
    "PipeStream",
    "Security",
    "adopt_receiver",
    "adopt_sender",
    "adopt_stream",
    "connect_pipe",
    "listen_pipe",
    "share",
]

# The system has 254, and one of them holds the name.
_MOST_INSTANCES = 253
_LEVELS = {
    "anonymous": _api.SECURITY_ANONYMOUS,
    "identification": _api.SECURITY_IDENTIFICATION,
    "impersonation": _api.SECURITY_IMPERSONATION,
}
_RIGHTS = {
    "in": _api.GENERIC_READ | _api.FILE_WRITE_ATTRIBUTES,
    "out": _api.GENERIC_WRITE | _api.FILE_READ_ATTRIBUTES,
    "duplex": _api.GENERIC_READ | _api.GENERIC_WRITE,
}


class Security:
    """Who may open a pipe: a security descriptor.

    A descriptor without a DACL, and one whose DACL is null, are two things: the first leaves the system's default in
    place, the second lets everybody do everything. `has_dacl` and `is_open_to_all` tell them apart.
    """

    __slots__ = ("_descriptor",)

    def __init__(self, sddl: str) -> None:
        """From a text such as "D:P(A;;GA;;;OW)": full access for the owner, and for nobody else.

        Raises InvalidInput for a text that is no SDDL. Source: Microsoft Learn, "Security Descriptor String Format".
        """
        try:
            self._descriptor = _Descriptor.from_text(sddl)
        except OSError as error:
            raise InvalidInput(None, str(error)) from None

    @classmethod
    def open_to_all(cls) -> Security:
        """A null DACL: everybody may do everything, even change who else may."""
        made = cls.__new__(cls)
        made._descriptor = _Descriptor.open_to_all()
        return made

    @property
    def sddl(self) -> str:
        """The text of owner and DACL."""
        return self._descriptor.to_text()

    @property
    def has_dacl(self) -> bool:
        """Whether there is a DACL, null or not."""
        return self._descriptor.dacl() is not False

    @property
    def is_open_to_all(self) -> bool:
        """Whether the DACL is null."""
        return self._descriptor.dacl() is None

    @property
    def native(self) -> _Descriptor:
        """For the modules of this package."""
        return self._descriptor

    @classmethod
    def of(cls, pipe: Stream | Receiver | Sender) -> Security:
        """What the system says of an open pipe. Raises PermissionDenied without READ_CONTROL on it."""
        end = _end(pipe)
        made = cls.__new__(cls)
        made._descriptor = _Descriptor.of_handle(end.fileno(), end.label)
        return made


class PipeStream(Stream):
    """A connected named pipe: in a pipe of messages each send is one, and `receive_message` gets them one by one.

    On a pipe of one direction the other one raises InvalidHandle. `recv` on a pipe whose receive mode is messages
    gets the rest of one message at most.
    """

    __slots__ = ("_end",)

    def __init__(self, end: _PipeEnd) -> None:
        super().__init__(end)
        self._end = end

    def send_message(self, data: ReadableBuffer, timeout: float | None = None) -> None:
        """Send `data` as one message, which may be empty.

        A message that was handed over and has not found room when the deadline passes counts as sent: it arrives
        as soon as there is room. Raises InvalidInput on a pipe of bytes; otherwise as `send`.
        System call: WriteFile.
        """
        if not self._end.connection.messages:
            raise InvalidInput(None, f"{self._end.label} is a pipe of bytes, in which messages have no bounds")
        self._run(self._end.send(data), timeout)

    def receive_message(self, limit: int = 2**31 - 1, timeout: float | None = None) -> bytes | None:
        """The next message, whole; b"" for an empty one, None once the peer has closed.

        Raises MoreData for a message of more than `limit` bytes, of which nothing is lost: the next call with a
        larger limit gets it. Otherwise as `recv`. System calls: ReadFile, PeekNamedPipe.
        Source: Microsoft Learn, ReadFile, ERROR_MORE_DATA.
        """
        if limit < 0:
            raise InvalidInput(None, f"limit={limit}: give 0 or more bytes")
        return self._run(_messages.receive_message(self._end, limit), timeout)

    def peek(self, max_bytes: int = 0) -> tuple[bytes, int, int]:
        """What comes next, without taking it: at most `max_bytes` of it, how many bytes wait in all, and how many of
        the first message are beyond those returned (0 in a pipe of bytes). Never waits.

        Raises BrokenPipe once the peer has closed and nothing is left. System call: PeekNamedPipe.
        """
        data, total, left = _asking.peek(self._end, max_bytes)
        return data, total, left if self._end.connection.messages else 0

    def flush(self, timeout: float | None = None) -> None:
        """Wait until the peer has received everything that was sent.

        Raises BrokenPipe if it left before, TimedOut. System call: FlushFileBuffers.
        """
        self._run(_messages.flush(self._end), timeout)

    def disconnect(self) -> None:
        """Of a server: cut the client off, throw away what it has not received, and close. See `flush`.

        System call: DisconnectNamedPipe.
        """
        if not _api.DisconnectNamedPipe(self._end.fileno()):
            raise _last_failure("disconnect", self._end.label)
        self.close()

    def set_receive_mode(self, mode: Mode) -> None:
        """Receive messages one by one, or bytes wherever they end. Raises InvalidInput on a pipe of bytes."""
        _asking.set_receive_mode(self._end.fileno(), _is_messages(mode), self._end.label)

    @property
    def client_process(self) -> int:
        """The process that connected (GetNamedPipeClientProcessId); its number can be given anew when it has ended."""
        return _asking.who(self._end, "client process")

    @property
    def server_process(self) -> int:
        """The process that made the instance (GetNamedPipeServerProcessId)."""
        return _asking.who(self._end, "server process")

    @property
    def client_session(self) -> int:
        """The session of the client (GetNamedPipeClientSessionId)."""
        return _asking.who(self._end, "client session")

    @property
    def server_session(self) -> int:
        """The session of the server (GetNamedPipeServerSessionId)."""
        return _asking.who(self._end, "server session")

    @property
    def is_server(self) -> bool:
        """Whether this is the end that was accepted."""
        return bool(_asking.info(self._end.fileno(), self._end.label)[0] & _api.PIPE_SERVER_END)

    @property
    def instances(self) -> int:
        """How many instances the pipe has now: streams, those that wait for clients, and one that holds the name."""
        return _asking.instances(self._end)

    def impersonate(self) -> Impersonation:
        """`with stream.impersonate():` acts as the client, in this thread, until the end of the block.

        The client must allow it (`connect_pipe(level="impersonation")`), and something must have been received
        from it. Raises PermissionDenied or Other. System calls: ImpersonateNamedPipeClient, RevertToSelf.
        """
        return Impersonation(self._end)


class Impersonation:
    """The block in which a thread acts as its client."""

    __slots__ = ("_end",)

    def __init__(self, end: _PipeEnd) -> None:
        self._end = end

    def __enter__(self) -> None:
        if not _api.ImpersonateNamedPipeClient(self._end.fileno()):
            raise _last_failure("impersonate the client of", self._end.label)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not _api.RevertToSelf():
            # Going on as somebody else would be worse than any error (Microsoft Learn, RevertToSelf).
            raise SystemExit("cannot end an impersonation")


class PipeListener(Listener):
    """Where the clients of a named pipe arrive."""

    __slots__ = ("_native",)

    def __init__(self, end: _NativeListener) -> None:
        super().__init__(end)
        self._native = end

    def accept(self, timeout: float | None = None) -> PipeStream:
        """The next client, in the order in which they connected; one that has left can still be received from."""
        return PipeStream(self._run(self._native.accept(), timeout))


def listen_pipe(
    name: AnyName,
    *,
    direction: Direction = "duplex",
    mode: Mode = "bytes",
    receive_mode: Mode | None = None,
    instances: int | None = None,
    waiting: int = 8,
    remote: bool = False,
    write_through: bool = False,
    send_buffer: int = 65_536,
    receive_buffer: int = 65_536,
    wait_timeout: float = 0.05,
    inheritable: bool = False,
    security: Security | None = None,
) -> PipeListener:
    r"""Make the named pipe `name`, ``\\.\pipe\NAME`` or a NamespacedName; clients can connect as soon as this returns.

    Nobody else may have the name: InUse, so that no other program can slip its instances in before ours.

    `direction`: what the server does, "in" (receive), "out" (send) or "duplex". `mode`: whether each send is a
    message. `receive_mode`: how the server receives, by default as `mode`.
    `instances`: how many streams there can be at once, 1 to 253; None for no limit. `waiting`: how many clients can
    be connected and not accepted yet; further ones wait in their connect.
    `remote`: whether clients may come from other machines. `write_through`: sends to another machine return once
    they are there. `send_buffer`, `receive_buffer`: bytes that the system holds; 0 makes every send wait for its
    receive. `wait_timeout`: seconds for clients that wait without saying how long.
    `inheritable`: programs started from now on keep the handles. `security`: who may connect; without it, the owner
    and administrators fully, and everybody else may only receive.

    Raises InUse, PermissionDenied, InvalidInput, InvalidName, NameTooLong, Exhausted.
    System calls: CreateNamedPipe, ConnectNamedPipe. Source: Microsoft Learn, CreateNamedPipeW.
    """
    made = _to_name(name)
    most = _checked(instances, waiting, send_buffer, receive_buffer)
    if direction not in _ACCESS:
        raise InvalidInput(None, f"direction={direction!r}: give 'in', 'out' or 'duplex'")
    messages = _is_messages(mode)
    receives_messages = messages if receive_mode is None else _is_messages(receive_mode)
    if receives_messages and not messages:
        raise InvalidInput(None, "receive_mode='messages' needs mode='messages': a pipe of bytes has none")
    how = _Instances(
        _windows_pipe_path(made),
        access=_ACCESS[direction],
        messages=messages,
        receive_messages=receives_messages,
        most=min(most + 1, _api.PIPE_UNLIMITED_INSTANCES),
        local_only=not remote,
        write_through=write_through,
        send_buffer=send_buffer,
        receive_buffer=receive_buffer,
        wait_ms=max(1, int(wait_timeout * 1000)),
        inheritable=inheritable,
        security=None if security is None else security.native,
    )
    return PipeListener(_NativeListener(how, made, min(waiting, most)))


def connect_pipe(
    name: AnyName,
    *,
    direction: Direction = "duplex",
    receive_mode: Mode = "bytes",
    level: Level = "identification",
    write_through: bool = False,
    inheritable: bool = False,
    timeout: float | None = None,
) -> PipeStream:
    """Connect to the named pipe `name`, and wait while every instance is taken.

    `direction`: what this client does. `level`: what the server may do in this client's name: nothing, tell who it
    is, or act as it. Raises NotFound, TimedOut, WouldBlock, PermissionDenied (also for a direction that the server
    does not have), InvalidName. System calls: CreateFile, WaitNamedPipe, SetNamedPipeHandleState.
    """
    made = _to_name(name)
    if direction not in _RIGHTS or level not in _LEVELS:
        raise InvalidInput(None, f"direction={direction!r}, level={level!r}: see the documentation for what there is")
    messages = _is_messages(receive_mode)
    flags = _LEVELS[level] | (_api.FILE_FLAG_WRITE_THROUGH if write_through else 0)
    try:
        handle = _run(_open_when_free(_windows_pipe_path(made), _RIGHTS[direction], flags, inheritable), timeout)
    except OSError as error:
        raise describe(error, "connect to", made) from None
    try:
        if messages:
            _asking.set_receive_mode(handle, True, made)
        is_of_messages = bool(_asking.info(handle, made)[0] & _api.PIPE_TYPE_MESSAGE)
    except BaseException:
        _api.CloseHandle(handle)
        raise
    return PipeStream(_PipeEnd(_Connection(handle, made, is_of_messages)))


def adopt_stream(handle: int) -> PipeStream:
    """A stream over a pipe handle that was inherited or shared; it belongs to the stream from then on.

    The handle must be overlapped, as those of this package are: WrongType for any other, InvalidHandle for a number
    that is none; either stays as it was. It is no longer inheritable.
    """
    return PipeStream(_asking.adopt(handle))


def adopt_receiver(handle: int) -> Receiver:
    """A receiver over a pipe handle. Otherwise as `adopt_stream`."""
    return Receiver(_asking.adopt(handle))


def adopt_sender(handle: int) -> Sender:
    """A sender over a pipe handle. Otherwise as `adopt_stream`."""
    return Sender(_asking.adopt(handle))


def share(pipe: Stream | Receiver | Sender, process: int) -> int:
    """Give a running process, by its number, a handle of its own to the same end; the number of the handle there.

    The peer sees the end of the stream once every handle is closed. Raises PermissionDenied, InvalidInput for a
    number that is no process. System calls: OpenProcess, DuplicateHandle.
    """
    return _asking.share(_end(pipe), process)


def _end(pipe: Stream | Receiver | Sender) -> _PipeEnd:
    end = pipe.native
    assert isinstance(end, _PipeEnd)
    return end


def _is_messages(mode: str) -> bool:
    if mode not in ("bytes", "messages"):
        raise InvalidInput(None, f"mode={mode!r}: give 'bytes' or 'messages'")
    return mode == "messages"


def _checked(instances: int | None, waiting: int, *buffers: int) -> int:
    if instances is not None and not 1 <= instances <= _MOST_INSTANCES:
        raise InvalidInput(None, f"instances={instances}: give 1 to {_MOST_INSTANCES}, or None")
    if waiting < 1:
        raise InvalidInput(None, f"waiting={waiting}: give 1 or more")
    if any(not 0 <= size < 2**32 for size in buffers):
        raise InvalidInput(None, f"buffers of {buffers} bytes: give 0 to {2**32 - 1}")
    return _api.PIPE_UNLIMITED_INSTANCES if instances is None else instances
