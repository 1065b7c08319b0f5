"""Values from JSON and TOML, read by their shape: None where the shape is another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast


def table(value: object) -> Mapping[str, object] | None:
    """An object whose keys are texts."""
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else None


def items(value: object) -> Sequence[object] | None:
    """A list."""
    return cast("list[object]", value) if isinstance(value, list) else None


def texts(value: object) -> tuple[str, ...] | None:
    """A list of texts."""
    found = items(value)
    if found is None:
        return None
    words = tuple(item for item in found if isinstance(item, str))
    return words if len(words) == len(found) else None


def whole(value: object) -> int | None:
    """A whole number; true and false are none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None
