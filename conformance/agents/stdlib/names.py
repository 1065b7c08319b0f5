"""Names of endpoints, as the bytes that the kernel gets."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "names of sockets in the file system and the abstract namespace are POSIX"

import os

from .failures import Failure
from .values import mapping, raw_text, text

HAS_ABSTRACT = sys.platform in ("linux", "android")

# sizeof(sun_path) is 108 on Linux (unix(7)) and 104 on the BSDs and macOS (their sys/un.h). One byte is for the NUL:
# Linux takes a path of 108 bytes too, but then nobody who asks for the address can tell where it ends.
LONGEST_PATH = (108 if HAS_ABSTRACT else 104) - 1
LONGEST_ABSTRACT = 107


class Address:
    """What to give to bind or connect; `path` where that makes a file."""

    __slots__ = ("path", "raw")

    def __init__(self, raw: bytes, path: bytes | None) -> None:
        self.raw = raw
        self.path = path


def address(args: dict[str, object]) -> Address:
    name = mapping(args, "name")
    kind = text(name, "kind")
    raw = raw_text(name)
    if not raw:
        raise Failure("invalid_name", "the name is empty; Linux would choose one by itself")
    if kind == "path":
        return _file(raw)
    if kind == "abstract":
        if not HAS_ABSTRACT:
            raise Failure("unsupported", "only Linux has an abstract namespace")
        return _abstract(raw)
    if kind == "namespaced":
        if b"\0" in raw:
            raise Failure("invalid_name", "a namespaced name is a path on some systems and cannot hold a NUL byte")
        return _abstract(raw) if HAS_ABSTRACT else _file(_special_directory(raw))
    raise Failure("unsupported", f"no names of the kind {kind!r}; there are path, abstract and namespaced")


def fifo_path(args: dict[str, object]) -> bytes:
    """The path of a FIFO: the limit of a socket's name does not apply."""
    raw = raw_text(args.get("path"))
    if not raw:
        raise Failure("invalid_name", "the path is empty")
    return _without_nul(raw)


def _file(path: bytes) -> Address:
    _without_nul(path)
    if len(path) > LONGEST_PATH:
        raise Failure("name_too_long", f"{len(path)} bytes; a socket's path has at most {LONGEST_PATH} here")
    return Address(path, path)


def _abstract(name: bytes) -> Address:
    """Exactly these bytes: the length is a part of an abstract name, and so is each NUL (unix(7))."""
    if len(name) > LONGEST_ABSTRACT:
        raise Failure("name_too_long", f"{len(name)} bytes; an abstract name has at most {LONGEST_ABSTRACT}")
    return Address(b"\0" + name, None)


def _special_directory(name: bytes) -> bytes:
    if b"/" in name:
        raise Failure("invalid_name", "a namespaced name cannot hold a slash")
    own = b"/run/user/%d" % os.getuid()
    return (own if os.path.isdir(own) else b"/tmp") + b"/" + name


def _without_nul(path: bytes) -> bytes:
    if b"\0" in path:
        # CPython 3.11 hands such a path to the kernel, which stops at the NUL: another file than the caller named.
        raise Failure("invalid_name", "a path cannot hold a NUL byte")
    return path
