"""The arguments of a request, each asked for by the type that it must have."""

from __future__ import annotations

from binascii import Error as NotBase64
from binascii import a2b_base64

from .trouble import Refused
from .wire import as_object, cast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    T = TypeVar("T")


class Arguments:
    """What came in `args`."""

    def __init__(self, values: object) -> None:
        self.values: dict[str, object] = {} if values is None else as_object(values)

    def has(self, key: str) -> bool:
        return self.values.get(key) is not None

    def raw(self, key: str) -> object:
        return self.values.get(key)

    def text(self, key: str) -> str:
        return self._typed(key, str, "text")

    def whole(self, key: str) -> int:
        value = self._typed(key, int, "a whole number")
        if isinstance(value, bool):
            raise Refused("invalid_input", f"{key!r} is to be a whole number, not {value}")
        return value

    def flag(self, key: str, default: bool) -> bool:
        return self._typed(key, bool, "true or false") if self.has(key) else default

    def table(self, key: str) -> Arguments:
        return Arguments(cast("object", self._typed(key, dict, "an object")))

    def texts(self, key: str) -> list[str]:
        items = cast("list[object]", self._typed(key, list, "a list"))
        texts = [item for item in items if isinstance(item, str)]
        if len(texts) < len(items):
            raise Refused("invalid_input", f"{key!r} is to be a list of texts")
        return texts

    def bytes_of(self, key: str) -> bytes:
        """The bytes of `key` as base64."""
        try:
            return a2b_base64(self.text(key), strict_mode=True)
        except NotBase64 as error:
            raise Refused("invalid_input", f"{key!r} is no base64: {error}") from None

    def _typed(self, key: str, kind: type[T], words: str) -> T:
        value = self.values.get(key)
        if not isinstance(value, kind):
            raise Refused("invalid_input", f"{key!r} is to be {words}, not {value!r}")
        return value
