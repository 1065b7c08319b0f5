"""The values of the protocol: arguments, data to send, data received."""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64

from .failures import Failure
from .wire import cast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hashlib import sha256
else:
    # The built-in digest starts faster than OpenSSL's, and a pattern is many digests of few bytes.
    try:
        from _sha2 import sha256
    except ImportError:
        try:
            from _sha256 import sha256
        except ImportError:
            from hashlib import sha256

SHORT = 256
DIGEST = 32


def missing(key: str) -> Failure:
    return Failure("invalid_input", f"the operation needs the argument {key!r}")


def text(args: dict[str, object], key: str, default: str | None = None) -> str:
    value = args.get(key, default)
    if value is None:
        raise missing(key)
    if not isinstance(value, str):
        raise Failure("invalid_input", f"{key!r} has to be text, not {value!r}")
    return value


def number(args: dict[str, object], key: str, default: int | None = None) -> int:
    value = args.get(key, default)
    if value is None:
        raise missing(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Failure("invalid_input", f"{key!r} has to be a whole number, not {value!r}")
    return value


def count(args: dict[str, object], key: str, default: int | None = None) -> int:
    value = number(args, key, default)
    if value < 0:
        raise Failure("invalid_input", f"{key!r} has to be 0 or more, not {value}")
    return value


def flag(args: dict[str, object], key: str, default: bool) -> bool:
    value = args.get(key, default)
    if not isinstance(value, bool):
        raise Failure("invalid_input", f"{key!r} has to be true or false, not {value!r}")
    return value


def texts(args: dict[str, object], key: str) -> list[str]:
    found = [each for each in _list(args, key) if isinstance(each, str)]
    if len(found) < len(_list(args, key)):
        raise Failure("invalid_input", f"{key!r} has to be a list of texts, not {args[key]!r}")
    return found


def numbers(args: dict[str, object], key: str, how_many: int) -> list[int]:
    found = [each for each in _list(args, key) if isinstance(each, int)]
    if len(found) != how_many or len(found) < len(_list(args, key)):
        raise Failure("invalid_input", f"{key!r} has to be a list of {how_many} numbers, not {args[key]!r}")
    return found


def _list(args: dict[str, object], key: str) -> list[object]:
    value = args.get(key)
    if not isinstance(value, list):
        raise missing(key) if value is None else Failure("invalid_input", f"{key!r} has to be a list, not {value!r}")
    return cast("list[object]", value)


def mapping(args: dict[str, object], key: str) -> dict[str, object]:
    value = args.get(key)
    if value is None:
        raise missing(key)
    if not isinstance(value, dict):
        raise Failure("invalid_input", f"{key!r} has to be an object, not {value!r}")
    return cast("dict[str, object]", value)


def raw_text(value: object) -> bytes:
    """The bytes of a text, or of an object that has `text` or `base64`."""
    if isinstance(value, dict):
        table = cast("dict[str, object]", value)
        if "base64" in table:
            return a2b_base64(text(table, "base64"))
        value = table.get("text")
    if not isinstance(value, str):
        raise Failure("invalid_input", "a name has to have text or base64")
    try:
        return value.encode("utf-8")
    except UnicodeEncodeError as problem:
        raise Failure("invalid_name", f"not encodable as UTF-8: {problem}") from None


class Payload:
    """Data to send; a pattern becomes bytes only when it is asked to, since making many takes a while."""

    __slots__ = ("_bytes", "_offset", "_seed", "length")

    def __init__(self, data: dict[str, object]) -> None:
        self._bytes: bytes | None = None
        self._seed = self._offset = 0
        if "base64" in data:
            self._bytes = a2b_base64(text(data, "base64"))
            self.length = len(self._bytes)
        else:
            self._seed = number(data, "pattern")
            self._offset = count(data, "offset", 0)
            self.length = count(data, "length")

    def materialise(self) -> bytes:
        if self._bytes is None:
            self._bytes = pattern(self._seed, self.length, self._offset)
        return self._bytes


def pattern(seed: int, length: int, offset: int = 0) -> bytes:
    first, skip = divmod(offset, DIGEST)
    last = (offset + length + DIGEST - 1) // DIGEST
    prefix = b"%d:" % seed
    blocks = b"".join([sha256(prefix + b"%d" % block).digest() for block in range(first, last)])
    return blocks[skip : skip + length]


class Received:
    """Data that arrived, as the protocol reports it: its length and digest, and itself while it is short."""

    __slots__ = ("_digest", "_start", "end", "length")

    def __init__(self) -> None:
        self.length = 0
        self.end = False
        self._digest = sha256()
        self._start = b""

    def add(self, data: bytes) -> None:
        if self.length <= SHORT:
            self._start = (self._start + data)[: SHORT + 1]
        self.length += len(data)
        self._digest.update(data)

    def report(self) -> dict[str, object]:
        reply: dict[str, object] = {"length": self.length, "sha256": self._digest.hexdigest(), "end": self.end}
        if self.length <= SHORT:
            reply["base64"] = b2a_base64(self._start, newline=False).decode("ascii")
        return reply
