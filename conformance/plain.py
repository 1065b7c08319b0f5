"""Plain text for people: nothing from outside commands the terminal, colour only where it is wanted. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

WIDTH = 100
_STYLES: Mapping[str, str] = {"bad": "31", "good": "32", "doubt": "33", "faint": "2", "strong": "1"}


def safe(text: str) -> str:
    """Text with everything that is not printable written out: control codes, escapes, direction marks, surrogates."""
    return "".join(character if character.isprintable() else _escaped(character) for character in text)


def shortened(text: str, width: int) -> str:
    """Text of at most `width` characters, with an ellipsis where something was cut off."""
    return text if len(text) <= width else text[: max(0, width - 3)] + "..."


def counted(number: int, what: str) -> str:
    """A number of things: "1 case", "2 cases"."""
    return f"{number} {what}{'' if number == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Paint:
    """Colours, or none."""

    on: bool

    def __call__(self, style: str, text: str) -> str:
        """The text in a style: bad, good, doubt, faint or strong."""
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.on else text


def colour_wanted(environment: Mapping[str, str], *, terminal: bool) -> bool:
    """Whether to use colour: on a terminal that has it, unless NO_COLOR (https://no-color.org) says no."""
    return terminal and not environment.get("NO_COLOR") and environment.get("TERM", "dumb") != "dumb"


def paragraph(text: str, indent: str, width: int = WIDTH) -> list[str]:
    """Safe text broken into lines, words kept whole."""
    wrapper = textwrap.TextWrapper(
        width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False
    )
    return wrapper.wrap(safe(text))


def columns(rows: Iterable[Sequence[str]], indent: str = "  ") -> list[str]:
    """Rows as columns: texts to the left, numbers to the right."""
    table = [list(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        indent
        + "  ".join(
            cell.rjust(width) if cell.isdecimal() else cell.ljust(width)
            for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in table
    ]


def _escaped(character: str) -> str:
    code = ord(character)
    if character == "\n":
        return "\\n"
    if character == "\t":
        return "\\t"
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
