"""JSON lines over descriptors.

The interpreter's own C codec is used where it has one: `import json` pulls in `re`, and costs more than this agent.
"""

from __future__ import annotations

import _thread
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHUNK = 65536

encode: Callable[[object], str]
scan: Callable[[str], object]

try:
    import _json
except ImportError:
    import json

    encode = json.JSONEncoder(separators=(",", ":")).encode
    scan = json.loads
else:

    def _refuse(text: str) -> object:
        raise ValueError("not JSON: " + text)

    class _Rules:
        strict = True
        object_hook = None
        object_pairs_hook = None
        parse_float = float
        parse_int = int
        parse_constant = staticmethod(_refuse)

    def _unknown(value: object) -> object:
        raise TypeError("no JSON for " + repr(value))

    _scanner = _json.make_scanner(_Rules)  # type: ignore[arg-type]
    _encoder = _json.make_encoder(None, _unknown, _json.encode_basestring_ascii, None, ":", ",", False, False, False)

    def encode(value: object) -> str:
        return "".join(_encoder(value, 0))

    def scan(text: str) -> object:
        text = text.strip(" \t\r\n")
        try:
            value, end = _scanner(text, 0)
        except StopIteration:
            raise ValueError("not JSON: " + text[:80]) from None
        if end != len(text):
            raise ValueError("more than one JSON value on a line: " + text[:80])
        return value


def decode(line: bytes) -> dict[str, object]:
    value = scan(line.decode("utf-8"))
    if not isinstance(value, dict):
        raise ValueError("not a JSON object: " + line[:80].decode("ascii", "replace"))
    return value


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
        line = memoryview((encode(value) + "\n").encode("ascii"))
        with self._lock:
            while line:
                line = line[os.write(self._fd, line) :]
