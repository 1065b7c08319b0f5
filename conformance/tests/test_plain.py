"""Text for people: nothing in it commands a terminal, and it fits the page."""

from __future__ import annotations

import pytest

from conformance.plain import Paint, colour_wanted, columns, paragraph, safe, shortened


@pytest.mark.parametrize(
    ("evil", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("\x9b31m", "\\x9b31m"),
        ("a\rb\nc\td", "a\\x0db\\nc\\td"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\ud800", "\\ud800"),
        ("\U000e0001", "\\U000e0001"),
        ("\x00\x7f", "\\x00\\x7f"),
        ("naïve, 名前, 🙂", "naïve, 名前, 🙂"),
    ],
)
def test_what_is_not_printable_is_written_out(evil: str, shown: str) -> None:
    assert safe(evil) == shown


def test_a_long_text_says_that_it_was_cut() -> None:
    assert shortened("abcdefgh", 8) == "abcdefgh"
    assert shortened("abcdefghi", 8) == "abcde..."


@pytest.mark.parametrize(
    ("environment", "terminal", "wanted"),
    [
        ({"TERM": "xterm"}, True, True),
        ({"TERM": "xterm"}, False, False),
        ({"TERM": "xterm", "NO_COLOR": "1"}, True, False),
        ({"TERM": "xterm", "NO_COLOR": ""}, True, True),
        ({"TERM": "dumb"}, True, False),
        ({}, True, False),
    ],
)
def test_colour_is_for_terminals_that_have_it(environment: dict[str, str], terminal: bool, wanted: bool) -> None:
    assert colour_wanted(environment, terminal=terminal) is wanted


def test_paint_is_off_or_undone_at_its_end() -> None:
    assert Paint(on=False)("bad", "text") == "text"
    assert Paint(on=True)("bad", "text") == "\x1b[31mtext\x1b[0m"


def test_a_paragraph_keeps_its_indent_and_its_words() -> None:
    lines = paragraph("one two three " + "x" * 60, "  ", 20)

    assert lines == ["  one two three", "  " + "x" * 60]


def test_columns_align_numbers_to_the_right() -> None:
    assert columns([("name", "count"), ("a", "7"), ("long name", "12345")]) == [
        "  name       count",
        "  a              7",
        "  long name  12345",
    ]
