"""The pages as text: complete, linked, and whatever stands in evidence is only ever text in them."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser

import pytest

from matrix.markdown import markdown, spreadsheet, summary
from matrix.markup import Html, slug, tag, web
from matrix.results import Fault
from matrix.site import site
from matrix.tests.made import result, seen

EVIL = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; DROP TABLE runs; --",
    "../../../etc/passwd",
    "..\\..\\windows",
    "con",
    "=HYPERLINK(\"http://evil.example\")",
    "@everyone",
    "\x1b[31mred\x1b[0m",
    "\u202egnp.exe",
    "a\nb\r\nc",
    "[click](javascript:alert(1))",
    "javascript:alert(1)",
    "",
    "\x00",
    "\ud800",
    "&lt;b&gt;",
    "| a | b |",
    "`code`",
)  # fmt: skip


CASE = "connect/room/local_socket/blocking/backlog"


class Page(HTMLParser):
    """What a browser would make of a page, as far as it matters here."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words = ""
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words += data


def evil(words: str) -> dict[str, str]:
    return site(
        seen(
            result(
                agent=words, version=words, platform=words, emulator=words, machine=words, runtime=words, day=words,
                source=words, homepage=words, verdicts={"LS-IO-001": "violated", "LS-IO-002": "observed"},
                faults={"LS-IO-001": Fault(words, words)}, observed={"LS-IO-002": {words: words}},
                violated=1, seal="0" * 64,
            )
        ),
        [words],
    )  # fmt: skip


@pytest.fixture(scope="module")
def allowed() -> set[str]:
    """The elements that pages have when nobody means harm."""
    pages = (Page(content) for name, content in evil("plain").items() if name.endswith(".html"))
    return {found for page in pages for found in page.tags}


@pytest.mark.parametrize("words", EVIL)
def test_hostile_words_are_only_words(words: str, allowed: set[str]) -> None:
    for name, content in evil(words).items():
        if name.startswith("requirement-") and not name.startswith("requirement-LS-IO-00"):
            continue
        content.encode()
        assert re.fullmatch(r"(badges/)?[A-Za-z0-9-]+\.(html|md|csv|svg|json)", name), name
        assert not [sign for sign in content if not sign.isprintable() and sign not in "\n\r"]
        if name.endswith(".html"):
            page = Page(content)
            assert set(page.tags) <= allowed
            assert not [attribute for attribute, _ in page.attributes if attribute.startswith("on")]
            links = [value for attribute, value in page.attributes if attribute in ("href", "src")]
            assert not [link for link in links if re.match(r"\s*(javascript|data|file):", link, re.IGNORECASE)]


@pytest.mark.parametrize("words", EVIL)
def test_a_spreadsheet_computes_nothing(words: str) -> None:
    rows = list(csv.reader(io.StringIO(spreadsheet(seen(result(agent=words, emulator=words, day=words))), newline="")))

    assert len({len(row) for row in rows}) == 1
    assert not [field for row in rows for field in row if field.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.parametrize("words", EVIL)
def test_markdown_has_as_many_lines_and_columns_whatever_is_in_it(words: str) -> None:
    plain, hostile = (
        summary(seen(result(agent=name, violated=1, faults={"LS-IO-001": Fault(name, name)})), [name])
        for name in ("plain", words)
    )
    assert hostile.count("\n") == plain.count("\n")
    assert hostile.count("|") == plain.count("|")
    assert "<" not in hostile
    assert "](" not in hostile


def test_text_in_markdown_is_a_reference_where_it_could_be_more() -> None:
    assert markdown("a_b @c") == "a&#95;b &#64;c"


def test_every_link_leads_to_a_page() -> None:
    files = site(seen(result(), result(agent="Odd Name", platform="freebsd"), result(emulator="qemu-s390x")))
    for name, content in files.items():
        if name.endswith(".html"):
            links = [value for attribute, value in Page(content).attributes if attribute == "href"]
            assert [link for link in links if not link.startswith(("#", "https://")) and link not in files] == [], name


def test_pages_have_a_policy_that_lets_nothing_in_and_no_script() -> None:
    for name, content in site(seen(result())).items():
        if name.endswith(".html"):
            page = Page(content)
            policy = next(value for _, value in page.attributes if value.startswith("default-src"))
            assert policy.startswith("default-src 'none'; style-src 'sha256-")
            assert "unsafe" not in policy
            assert "script" not in page.tags
            assert not {"style", "src"} & {attribute for attribute, _ in page.attributes}
            assert content.startswith("<!doctype html>\n<html lang=\"en\">")  # fmt: skip


def test_a_requirement_tells_who_holds_it_and_the_values_side_by_side() -> None:
    files = site(
        seen(
            result(observed={"LS-CONN-012": {f"{CASE}=1": "2"}}, verdicts={"LS-CONN-012": "observed"}),
            result(platform="freebsd", verdicts={"LS-CONN-012": "violated"},
                   faults={"LS-CONN-012": Fault(f"{CASE}=1", "none fits")}),
        )
    )  # fmt: skip
    words = Page(files["requirement-LS-CONN-012.html"]).words

    assert words.index("none fits") < words.index("backlog=1")
    assert "1 violated, 1 observed" in words


def test_a_claim_stands_beside_what_the_evidence_carries() -> None:
    words = Page(site(seen(result(ci=False)))["platform-linux.html"]).words

    assert "relies on this: A run." in words
    assert words.index("assumed") < words.index("explicit without CI")


def test_refused_files_are_told() -> None:
    assert "1 files were refused" in Page(site(seen(result()), ["x.jsonl: no evidence"])["index.html"]).words


def test_badges_are_an_image_with_a_name_and_the_format_of_shields() -> None:
    files = site(seen(result()))
    document = json.loads(files["badges/made-linux.json"])

    assert 'role="img" aria-label="made on Linux: explicit"' not in files["badges/made-linux.svg"]
    assert 'aria-label="made on Linux: assumed"' in files["badges/made-linux.svg"]
    assert document == {"schemaVersion": 1, "label": "made on Linux", "message": "assumed", "color": "666666"}


def test_the_same_evidence_makes_the_same_files_in_any_order() -> None:
    results = [result(), result(platform="freebsd"), result(agent="another"), result(version="0.9")]

    assert site(seen(*results)) == site(seen(*reversed(results)))


@pytest.mark.parametrize(
    ("name", "made"), [("ipc", "ipc"), ("IPC", "ipc-"), ("a b", "a-b-"), ("", ""), ("../x", "x-"), ("ä", "")]
)
def test_a_file_name_is_plain_and_meets_no_other(name: str, made: str) -> None:
    assert slug(name).startswith(made)
    assert re.fullmatch(r"[a-z0-9-]*", slug(name))
    assert len({slug(word) for word in EVIL}) == len(EVIL)


def test_html_is_made_by_tags_alone() -> None:
    assert tag("p", "<b>", Html("<i>"), title='"') == '<p title="&quot;">&lt;b&gt;<i></p>'


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "http://a.example", "https://a b.example", "https://u@a.example/", "//a.example"]
)
def test_only_plain_addresses_become_links(address: str) -> None:
    assert "<a" not in web(address)
    assert web("https://a.example/x?y=1").startswith("<a href=")
