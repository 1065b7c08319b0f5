"""HTML that cannot be broken from outside: every text is escaped unless this module made it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from html import escape

from conformance.plain import safe

_VOID = frozenset({"link", "meta", "use"})
_NAME = re.compile(r"[a-z][a-z0-9-]*")
# What links may lead to: nothing that runs, nothing with a space, a quote or a user name in it.
_WEB = re.compile(r"https://[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(/[A-Za-z0-9._~%/?#&=+,:-]*)?")


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def text(value: str) -> Html:
    """Escaped; what is not printable is written out, so that nothing reorders or hides what stands around it."""
    return Html(escape(value if value.isprintable() else safe(value)))


def tag(name: str, /, *inner: str | Iterable[str], **attributes: str | bool | None) -> Html:
    """An element. `class_` stands for class, `aria_label` for aria-label; None and False leave an attribute out."""
    parts = [f"<{name}"]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        word = key.rstrip("_").replace("_", "-")
        assert _NAME.fullmatch(word), word
        parts.append(f" {word}" if value is True else f' {word}="{text(value)}"')
    parts.append(">")
    if name in _VOID:
        return Html("".join(parts))
    for item in inner:
        parts += [_html(item)] if isinstance(item, str) else map(_html, item)
    parts.append(f"</{name}>")
    return Html("".join(parts))


def joined(parts: Iterable[str]) -> Html:
    """Several pieces as one."""
    return Html("".join(map(_html, parts)))


def link(where: str, label: str) -> Html:
    """A link to a page of this site."""
    return tag("a", label, href=where)


def web(address: str) -> Html:
    """A link to somewhere else, where it is plainly an address of the web; else its text."""
    if _WEB.fullmatch(address) is None:
        return text(address)
    return tag("a", address.removeprefix("https://"), href=address, rel="noreferrer nofollow external")


def slug(name: str) -> str:
    """A file name of letters, digits and dashes; a name that is written otherwise gets a digest, so none meet."""
    plain = re.sub(r"[^a-z0-9]+", "-", name[:60].lower()).strip("-")
    return (
        plain
        if plain == name
        else f"{plain}-{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}".strip("-")
    )


def _html(value: str) -> str:
    return value if isinstance(value, Html) else text(value)
