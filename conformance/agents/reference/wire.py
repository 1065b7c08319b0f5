"""The protocol's lines: JSON objects, in and out."""

from __future__ import annotations

import json
import os
from _thread import allocate_lock

__all__ = ["Malformed", "Output", "as_object", "cast", "from_line", "requests", "to_line"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import cast

    Reply = dict[str, object]
else:

    def cast(_kind, value):
        """typing.cast, without the 7 ms that importing typing takes."""
        return value


# Built once: json.dumps with separators builds an encoder for each call.
_encode = json.JSONEncoder(separators=(",", ":")).encode


class Malformed(Exception):
    """A line that is no request."""


def requests(fd: int) -> Iterator[bytes]:
    """The lines that arrive on `fd`, until its end."""
    pending = bytearray()
    while True:
        piece = os.read(fd, 65_536)
        if not piece:
            return
        pending += piece
        start = 0
        while (stop := pending.find(b"\n", start)) >= 0:
            yield bytes(pending[start:stop])
            start = stop + 1
        del pending[:start]


def to_line(message: dict[str, object]) -> bytes:
    """`message` as it goes over the wire."""
    return _encode(message).encode("ascii") + b"\n"


def from_line(line: bytes) -> dict[str, object]:
    """The object on `line`. Raises Malformed."""
    try:
        message: object = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Malformed(str(error)) from None
    return as_object(message)


def as_object(value: object) -> dict[str, object]:
    """`value`, which must be a JSON object; json makes its keys text. Raises Malformed."""
    if not isinstance(value, dict):
        raise Malformed(f"{value!r} is not an object")
    return cast("dict[str, object]", value)


class Output:
    """A descriptor that whole lines go to, whichever thread writes them."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._turn = allocate_lock()

    def put(self, message: dict[str, object]) -> None:
        left = memoryview(to_line(message))
        with self._turn:
            while left:
                left = left[os.write(self._fd, left) :]
