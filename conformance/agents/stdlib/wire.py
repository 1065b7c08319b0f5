"""JSON lines over descriptors.

The interpreter's own C codec is used where it has one: `import json` pulls in `re`, and costs more than this agent.
"""

from __future__ import annotations

import _thread
import os

__all__ = ["Replies", "cast", "decode", "encode", "lines"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import cast
else:

    def cast(_type, value):
        """`typing.cast`, without `typing`."""
        return value


CHUNK = 65536

try:
    import _json
except ImportError:
    import json

    _encoded = json.JSONEncoder(separators=(",", ":")).encode

    def _parsed(s: str) -> object:
        return json.loads(s)

else:

    def _refuse(text: str) -> object:
        raise ValueError("not JSON: " + text)

    def _unknown(value: object) -> object:
        raise TypeError("no JSON for " + repr(value))

    class _Rules:
        strict = True
        object_hook = None
        object_pairs_hook = None
        parse_float = float
        parse_int = int
        parse_constant = staticmethod(_refuse)

    _scanner = _json.make_scanner(_Rules)  # type: ignore[arg-type]
    _encoder = _json.make_encoder(None, _unknown, _json.encode_basestring_ascii, None, ":", ",", False, False, False)

    def _encoded(o: object) -> str:
        return "".join(_encoder(o, 0))

    def _parsed(s: str) -> object:
        s = s.strip(" \t\r\n")
        try:
            value, end = _scanner(s, 0)
        except (StopIteration, SystemError):
            # CPython 3.11 finds its JSONDecodeError only where `json` is loaded, and then forgets to raise anything.
            raise ValueError("not JSON: " + s[:80]) from None
        if end != len(s):
            raise ValueError("more than one JSON value on a line: " + s[:80])
        return value


def encode(value: object) -> bytes:
    """One line."""
    return (_encoded(value) + "\n").encode("ascii")


def decode(line: bytes) -> dict[str, object]:
    value = _parsed(line.decode("utf-8"))
    if not isinstance(value, dict):
        raise ValueError("not a JSON object: " + line[:80].decode("ascii", "replace"))
    return cast("dict[str, object]", value)


def lines(fd: int) -> Iterator[bytes]:
    """Each complete line that arrives on `fd`, until its end; a last line without a newline is not one."""
    rest = b""
    while chunk := os.read(fd, CHUNK):
        *complete, rest = (rest + chunk).split(b"\n")
        yield from complete


class Replies:
    """Where replies go: whole lines, one writer at a time."""

    __slots__ = ("_fd", "_lock")

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._lock = _thread.allocate_lock()

    def write(self, value: dict[str, object]) -> None:
        line = memoryview(encode(value))
        with self._lock:
            while line:
                line = line[os.write(self._fd, line) :]
