"""Payloads by pattern: long data are named by seed and length and compared by digest."""

from __future__ import annotations

import builtins
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Pattern:
    """`length` bytes, from byte `offset` on, of SHA-256("seed:0") + SHA-256("seed:1") + ..."""

    seed: int
    length: int
    offset: int = 0

    def part(self, offset: int, length: int) -> Pattern:
        """A piece of this pattern."""
        return Pattern(self.seed, length, self.offset + offset)

    def bytes(self) -> builtins.bytes:
        """The bytes themselves."""
        first, skip = divmod(self.offset, 32)
        last = (self.offset + self.length + 31) // 32
        whole = b"".join(sha256(b"%d:%d" % (self.seed, block)).digest() for block in range(first, last))
        return whole[skip : skip + self.length]

    def wire(self) -> Mapping[str, object]:
        """As an agent is told."""
        return {"pattern": self.seed, "length": self.length, "offset": self.offset}


# As many as all cases of a run have: whoever judges a thousand runs computes each once.
@lru_cache(maxsize=8192)
def _digest(pattern: Pattern) -> str:
    return sha256(pattern.bytes()).hexdigest()


@dataclass(frozen=True, slots=True)
class Data:
    """What an agent received: its length, digest, whether the stream ended, and the bytes if they are few."""

    length: int
    sha256: str
    end: bool
    base64: str | None
    elapsed_ms: float

    @property
    def bytes(self) -> builtins.bytes:
        """The bytes; only for data of at most 256 bytes, which agents return whole."""
        if self.base64 is None:
            raise ValueError(
                f"{self.length} bytes were received, of which only the digest is known; compare with `is_`"
            )
        return b64decode(self.base64)

    def is_(self, sent: Pattern | builtins.bytes) -> bool:
        """Whether these are exactly the bytes sent."""
        if isinstance(sent, Pattern):
            return self.length == sent.length and self.sha256 == _digest(sent)
        return self.length == len(sent) and self.sha256 == sha256(sent).hexdigest()


def wire(data: Pattern | bytes) -> Mapping[str, object]:
    """Data to send, as an agent is told."""
    return data.wire() if isinstance(data, Pattern) else {"base64": b64encode(data).decode()}


def received(value: Mapping[str, object], elapsed_ms: float) -> Data:
    """Data received, as an agent told it; ValueError says what is wrong with the reply."""
    length, digest, end, text = value.get("length"), value.get("sha256"), value.get("end"), value.get("base64")
    if not isinstance(length, int) or isinstance(length, bool) or length < 0:
        raise ValueError(f"length is to be a number of bytes, not {length!r}")
    if not isinstance(digest, str) or not isinstance(end, bool):
        raise ValueError("sha256 is to be a text and end true or false")
    if text is not None and not isinstance(text, str):
        raise ValueError("base64 is to be a text")
    if length <= 256 and (text is None or len(b64decode(text)) != length):
        raise ValueError(f"data of {length} bytes are to come whole, in base64")
    return Data(length, digest, end, text, elapsed_ms)
