"""Badges: SVG of our own, and the endpoint format of shields.io (https://shields.io/badges/endpoint-badge). Pure."""

from __future__ import annotations

import json

from conformance.plain import safe, shortened
from matrix.levels import Level
from matrix.markup import text

# Contrast with white text is at least 4.5 to 1 for each, and no two levels differ by colour alone: the word is there.
_COLOURS = ("0b5f73", "2c6a78", "44707a", "59666b", "666666", "a3261f")
_LONGEST = 60


def svg(label: str, level: Level) -> str:
    """A badge that needs no font of a certain width: the text is fitted into the place that is made for it."""
    left, right = _cut(label), _cut(level.name)
    wide, narrow = _width(left), _width(right)
    total, name = wide + narrow, text(f"{left}: {right}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{total}" height="20" role="img" aria-label="{name}">'
        f"<title>{name}</title>"
        f'<rect width="{total}" height="20" rx="3" fill="#33373b"/>'
        f'<path d="M{wide} 0h{narrow - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{narrow - 3}z" fill="#{_colour(level)}"/>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">'
        f'<text x="{wide / 2:g}" y="14" textLength="{wide - 12}">{text(left)}</text>'
        f'<text x="{wide + narrow / 2:g}" y="14" textLength="{narrow - 12}">{text(right)}</text>'
        "</g></svg>\n"
    )


def endpoint(label: str, level: Level) -> str:
    """The JSON that shields.io makes a badge of."""
    document = {"schemaVersion": 1, "label": _cut(label), "message": _cut(level.name), "color": _colour(level)}
    return json.dumps(document) + "\n"


def _colour(level: Level) -> str:
    return _COLOURS[min(level.rank, len(_COLOURS) - 1)]


def _cut(words: str) -> str:
    return shortened(safe(words), _LONGEST)


def _width(words: str) -> int:
    """Room for the text in Verdana 11: 7 pixels a character on average, more for those that are wide."""
    return 12 + sum(11 if ord(character) > 0x2E7F else 7 for character in words)
