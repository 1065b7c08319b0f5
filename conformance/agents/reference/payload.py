"""Bytes to send, from a pattern or as they are; and what is told of bytes received."""

from __future__ import annotations

from binascii import b2a_base64
from hashlib import sha256

from .trouble import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .arguments import Arguments
    from .wire import Reply

_BLOCK = 32
_SHORT = 256


def outgoing(arguments: Arguments) -> bytes:
    """The bytes that the argument `data` describes."""
    data = arguments.table("data")
    if data.has("base64"):
        return data.bytes_of("base64")
    seed, length = data.whole("pattern"), data.whole("length")
    offset = data.whole("offset") if data.has("offset") else 0
    if length < 0 or offset < 0:
        raise Refused("invalid_input", "a pattern has a length and an offset of 0 or more")
    return pattern(seed, offset, length)


def pattern(seed: int, offset: int, length: int) -> bytes:
    """Bytes `offset` to `offset + length` of the endless pattern of `seed`."""
    first = offset // _BLOCK
    blocks = range(first, -(-(offset + length) // _BLOCK))
    start = offset - first * _BLOCK
    return b"".join(sha256(b"%d:%d" % (seed, block)).digest() for block in blocks)[start : start + length]


class Received:
    """A running account of what came."""

    def __init__(self, data: bytes = b"") -> None:
        self.length = 0
        self._digest = sha256()
        self._head = b""
        self.add(data)

    def add(self, data: bytes) -> None:
        self.length += len(data)
        self._digest.update(data)
        if len(self._head) <= _SHORT:
            self._head += data[: _SHORT + 1 - len(self._head)]

    def report(self, end: bool) -> Reply:
        """The account so far, as the protocol has it."""
        told: Reply = {"length": self.length, "sha256": self._digest.hexdigest(), "end": end}
        if self.length <= _SHORT:
            told["base64"] = b2a_base64(self._head, newline=False).decode("ascii")
        return told
