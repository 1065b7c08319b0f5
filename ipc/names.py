"""What an endpoint can be called, and the naming rules of every platform.

Pure: nothing here asks the system anything, so the rules of each platform are tested on all of them.
"""

from __future__ import annotations

import os

from ipc.errors import InvalidName, NameTooLong, Unsupported

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

# sizeof(sun_path): unix(7) on Linux; sys/un.h of macOS, FreeBSD, OpenBSD, NetBSD, DragonFly.
LINUX_CAPACITY = 108
BSD_CAPACITY = 104

# Microsoft Learn, CreateNamedPipe: "The entire pipe name string can be up to 256 characters long."
WINDOWS_LONGEST = 256
WINDOWS_PREFIX = "\\\\.\\pipe\\"

# Where a NamespacedName lives on a Unix without an abstract namespace. It must not depend on the user,
# the environment or the working directory, or independently started processes would miss each other.
SPECIAL_DIRECTORY = b"/tmp/"


class _Name:
    __slots__ = ("_raw",)
    _raw: bytes

    def __init__(self, raw: bytes) -> None:
        if not raw:
            raise InvalidName(None, f"{type(self).__name__}: the name is empty; give it at least one byte")
        object.__setattr__(self, "_raw", raw)

    def __setattr__(self, key: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} cannot be changed")

    def __reduce__(self) -> tuple[type[_Name], tuple[bytes]]:
        return type(self), (self._raw,)

    @property
    def raw(self) -> bytes:
        """The bytes of the name as the platform sees them, without prefix or terminator."""
        return self._raw

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Name) and type(other) is type(self) and other._raw == self._raw

    def __hash__(self) -> int:
        return hash((type(self), self._raw))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._raw.decode('utf-8', 'surrogateescape')!r})"


class PathName(_Name):
    """A name in the file system; on Windows, a path such as ``\\\\.\\pipe\\NAME``.

    Relative paths are resolved when the name is used, by the working directory of that moment.
    A `str` is encoded as every file function of Python does (`os.fsencode`); give `bytes` to be exact.
    Raises InvalidName for an empty path (Linux would choose a random address) and for a NUL byte inside
    (the system would silently cut the path there). The length is checked when the name is used.
    """

    __slots__ = ()

    def __init__(self, path: str | bytes | os.PathLike[str] | os.PathLike[bytes]) -> None:
        raw = os.fsencode(path)
        _refuse_nul("PathName", raw)
        super().__init__(raw)


class AbstractName(_Name):
    """A name in Linux's abstract namespace (unix(7)): no file, no permissions, gone with its last user.

    Anyone in the same network namespace can connect. Every byte counts, NUL bytes too; a `str` is encoded
    as UTF-8 whatever the locale. Raises InvalidName if empty. Using it anywhere but on Linux and Android
    raises Unsupported.
    """

    __slots__ = ()

    def __init__(self, name: str | bytes) -> None:
        super().__init__(_encode(name))


class NamespacedName(_Name):
    """A short name that works the same on every platform.

    Linux and Android: the abstract name of the same bytes. Windows: ``\\\\.\\pipe\\NAME``.
    Other systems: the socket file ``/tmp/NAME``, with "/" written as ``%2F`` and "%" as ``%25``.
    Raises InvalidName if empty or with a NUL byte inside.
    """

    __slots__ = ()

    def __init__(self, name: str | bytes) -> None:
        raw = _encode(name)
        _refuse_nul("NamespacedName", raw)
        super().__init__(raw)


if TYPE_CHECKING:
    Name: TypeAlias = PathName | AbstractName | NamespacedName
    AnyName: TypeAlias = Name | str | bytes | os.PathLike[str] | os.PathLike[bytes]


def to_name(name: AnyName) -> Name:
    """`name` itself, or the PathName of a plain path."""
    return name if isinstance(name, PathName | AbstractName | NamespacedName) else PathName(name)


def has_abstract_namespace(platform: str) -> bool:
    """Whether `platform` (as `sys.platform` spells it) has abstract names."""
    return platform in ("linux", "android")


def capacity(platform: str) -> int:
    """sizeof(sun_path) in bytes on `platform`."""
    return LINUX_CAPACITY if has_abstract_namespace(platform) else BSD_CAPACITY


def file_path(name: Name, platform: str) -> bytes | None:
    """The path of the socket file of `name` on a Unix `platform`; None if it has none."""
    match name:
        case PathName():
            return name.raw
        case NamespacedName() if not has_abstract_namespace(platform):
            return SPECIAL_DIRECTORY + _escape(name.raw)
        case _:
            return None


def unix_address(name: Name, platform: str) -> bytes:
    """The exact address of `name` on a Unix `platform`, as bind() and connect() take it.

    A path may have sizeof(sun_path) - 1 bytes: the last byte is the terminator. The unterminated path of
    full length, which Linux takes, is unreachable for most other programs and is refused.
    Raises NameTooLong; Unsupported for an abstract name where there are none.
    """
    room = capacity(platform) - 1
    path = file_path(name, platform)
    if path is None:
        if not has_abstract_namespace(platform):
            raise Unsupported(None, f"{name!r}: only Linux and Android have abstract names; use NamespacedName")
        address = b"\0" + name.raw
    else:
        address = path
    used = len(name.raw) if path is None else len(path)
    if used > room:
        raise NameTooLong(None, f"{name!r} takes {used} bytes, and this platform has room for {room}; shorten it")
    return address


def windows_pipe_path(name: Name) -> str:
    """The pipe path of `name` on Windows. Raises InvalidName, NameTooLong, Unsupported."""
    try:
        text = name.raw.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidName(None, f"{name!r}: a Windows name is Unicode text; these bytes are not UTF-8") from None
    match name:
        case AbstractName():
            raise Unsupported(None, f"{name!r}: Windows has no abstract names; use NamespacedName")
        case NamespacedName():
            path = WINDOWS_PREFIX + text
        case _:
            path = text
            _refuse_non_pipe(name, path)
    if len(path) > WINDOWS_LONGEST:
        raise NameTooLong(None, f"{name!r} takes {len(path)} characters of the {WINDOWS_LONGEST} that Windows has")
    return path


def _refuse_non_pipe(name: Name, path: str) -> None:
    parts = path.split("\\", 4)
    if len(parts) == 5 and parts[:2] == ["", ""] and parts[2] and parts[3].lower() == "pipe" and parts[4]:
        return
    raise InvalidName(None, f"{name!r} is no pipe path; on Windows write \\\\.\\pipe\\NAME, or use NamespacedName")


def _encode(name: str | bytes) -> bytes:
    return name.encode("utf-8", "surrogateescape") if isinstance(name, str) else bytes(name)


def _refuse_nul(kind: str, raw: bytes) -> None:
    if b"\0" in raw:
        raise InvalidName(None, f"{kind}({raw.decode('utf-8', 'surrogateescape')!r}) has a NUL byte inside; remove it")


def _escape(raw: bytes) -> bytes:
    escaped = raw.replace(b"%", b"%25").replace(b"/", b"%2F")
    return escaped.replace(b".", b"%2E") if escaped in (b".", b"..") else escaped
