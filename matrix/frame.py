"""What every page has around it, and the words and marks that several pages use. Pure but for reading the style."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

from matrix.cells import Cell
from matrix.levels import Level
from matrix.markup import Html, joined, link, slug, tag
from matrix.table import Matrix, Row

PRIMITIVE_TITLES = {
    "local_socket": "local sockets", "unnamed_pipe": "unnamed pipes", "fifo": "FIFO files", "named_pipe": "named pipes",
}  # fmt: skip
NAVIGATION = (("index.html", "Matrix"), ("requirements.html", "Requirements"), ("runs.html", "Runs"))
# A disc that fills with the evidence, and a cross: told apart by shape, not by colour, and named in words beside it.
_RING = '<circle cx="8" cy="8" r="6.8" fill="none" stroke="currentColor" stroke-width="1.4"/>'
_SHAPES = (
    '<circle cx="8" cy="8" r="7.5" fill="currentColor"/>',
    f'{_RING}<path d="M8 8V1.2A6.8 6.8 0 1 1 1.2 8Z" fill="currentColor"/>',
    f'{_RING}<path d="M8 1.2A6.8 6.8 0 0 1 8 14.8Z" fill="currentColor"/>',
    f'{_RING}<path d="M8 8V1.2A6.8 6.8 0 0 1 14.8 8Z" fill="currentColor"/>',
    _RING,
    '<path d="M3 3L13 13M13 3L3 13" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"/>',
)
_SYMBOLS = tuple(f'<symbol id="l{rank}" viewBox="0 0 16 16">{inside}</symbol>' for rank, inside in enumerate(_SHAPES))


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its head, and a note for it."""

    head: str
    note: str = ""


def page(title: str, main: Iterable[str], matrix: Matrix, *, here: str = "") -> str:
    """A whole page. It needs no script, fetches nothing, and its policy lets nothing be fetched."""
    style, digest = _style()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title if title == _SITE else f"{title} - {_SITE}"),
        Html(f"<style>{style}</style>"),
    )
    entries = (
        tag("li", tag("a", label, href=where, aria_current="page" if where == here else None))
        for where, label in NAVIGATION
    )
    body = tag(
        "body",
        tag("a", "Skip to the content", href="#main", class_="skip"),
        Html(f'<svg width="0" height="0" aria-hidden="true" focusable="false">{"".join(_SYMBOLS)}</svg>'),
        tag("header", tag("strong", link("index.html", _SITE)), tag("nav", tag("ul", entries), aria_label="Pages")),
        tag("main", main, id="main", tabindex="-1"),
        tag("footer", f"Computed from evidence, as seen on {matrix.today.isoformat()}. Nobody types a level."),
    )
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


# Ids of the spec are file names as they are.
_ID = re.compile(r"[A-Z]+(-[A-Z]+)*-[0-9]{3}")
_SITE = "ipc-conformance matrix"


@cache
def _style() -> tuple[str, str]:
    """The style, and its digest for the policy of the page."""
    text = (files("matrix") / "style.css").read_text(encoding="utf-8")
    return text, b64encode(sha256(text.encode()).digest()).decode()


def table(caption: str, columns: Sequence[Column], rows: Iterable[Sequence[Html]]) -> Html:
    """A table whose rows are cells made by `cell` and `heading`; it scrolls by itself where the page is narrow."""
    heads = (
        tag("th", column.head, tag("small", column.note) if column.note else "", scope="col") for column in columns
    )
    return tag(
        "div",
        tag(
            "table",
            tag("caption", caption),
            tag("thead", tag("tr", heads)),
            tag("tbody", (tag("tr", row) for row in rows)),
        ),
        class_="scroll", tabindex="0", role="region", aria_label=caption,
    )  # fmt: skip


def heading(*inner: str) -> Html:
    """The cell that names its row."""
    return tag("th", *inner, scope="row")


def cell(*inner: str, class_: str | None = None) -> Html:
    """An ordinary cell."""
    return tag("td", *inner, class_=class_)


def absent(why: str) -> Html:
    """A dash for the eye, words for those who listen."""
    return joined([tag("span", "\u2013", class_="quiet", aria_hidden="true"), tag("span", why, class_="heard")])


def capital(words: str) -> str:
    """With a capital letter, and the rest as it is."""
    return words[:1].upper() + words[1:]


def level_mark(level: Level) -> Html:
    """A level in words, with its mark."""
    mark = Html(f'<svg class="mark" aria-hidden="true"><use href="#l{min(level.rank, len(_SYMBOLS) - 1)}"/></svg>')
    return tag("span", mark, tag("span", level.name), class_=f"level r{level.rank}")


def counted(found: Cell) -> str:
    """What a cell counts, in words: only what is more than nothing."""
    words = [
        (found.count("must", "holds"), "musts hold"),
        (found.count("must", "violated"), "violated"),
        (found.count("must", "undetermined"), "undetermined"),
    ]
    listed = ", ".join(f"{number:,} {word}" for number, word in words if number)
    return (listed or "nothing decided") + ("" if found.complete else "; incomplete")


def verdict(word: str) -> Html:
    """A verdict; colour says nothing that the word does not."""
    return tag("span", word, class_=word)


def facts(pairs: Iterable[tuple[str, str | Html]]) -> Html:
    """A list of names and values; empty values are left out."""
    return tag("dl", (joined((tag("dt", name), tag("dd", value))) for name, value in pairs if value), class_="facts")


def platform_page(platform: str) -> str:
    """The file name of a platform's page."""
    return f"platform-{slug(platform)}.html"


def agent_page(agent: str) -> str:
    """The file name of an implementation's page."""
    return f"implementation-{slug(agent)}.html"


def requirement_page(requirement: str) -> str:
    """The file name of a requirement's page."""
    return f"requirement-{requirement if _ID.fullmatch(requirement) else slug(requirement)}.html"


def row_title(row: Row) -> str:
    """A row's platform, with its emulator."""
    return f"{row.title} through {row.emulator}" if row.emulator else row.title
