"""The pages in a real Chromium: accessible, usable by keyboard, narrow and dark, without script or network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

from matrix.results import Fault
from matrix.site import site
from matrix.tests.made import PLATFORM, claims, result, seen

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
if CHROMIUM is None:
    pytest.skip("not run: there is no Chromium; apt-get install chromium, or set CHROMIUM", allow_module_level=True)
pytest.importorskip("playwright.sync_api", reason="not run: Playwright is not installed; scripts/check installs it")
pytest.importorskip("axe_playwright_python", reason="not run: axe is not installed; scripts/check installs it")

PAGES = (
    "index.html", "requirements.html", "runs.html", "platform-linux.html", "implementation-made.html",
    "requirement-LS-IO-001.html", "requirement-LS-CONN-012.html",
)  # fmt: skip
LOOKS = [("light", 1200), ("dark", 360)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site that has one of everything that is shown."""
    case = "connect/room/local_socket/blocking/backlog=1"
    results = [
        result(observed={"LS-CONN-012": {case: "2"}}, verdicts={"LS-CONN-012": "observed", "LS-IO-001": "holds"}),
        result(version="0.9", violated=1, faults={"LS-IO-001": Fault(case, "a byte was lost")}),
        result(platform="freebsd", violated=2, faults={"LS-IO-001": Fault(case, "<b>a byte</b> was lost")}),
        result(emulator="qemu-s390x", machine="s390x"),
        result(agent="another", homepage="https://example.org/", source="", verdicts={"LS-IO-001": "undetermined"}),
    ]
    out = tmp_path_factory.mktemp("site")
    everything = claims(PLATFORM + 'claim = "explicit"\nstatic = ["mypy-linux"]')
    for name, content in site(seen(*results, claimed=everything), ["x.jsonl: no evidence"]).items():
        path = out / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return out


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all pages."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield chromium
        finally:
            chromium.close()


def opened(browser: Browser, place: Path, name: str, scheme: str = "light", width: int = 1200) -> Page:
    """A page, as seen by somebody with this taste and this window; what the browser complains of fails the test."""
    taste: Literal["dark", "light"] = "dark" if scheme == "dark" else "light"
    page = browser.new_page(color_scheme=taste, viewport={"width": width, "height": 800})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: complaints.append(request.url) if not request.url.startswith("file:") else None)
    page.goto((place / name).as_uri())
    assert complaints == []
    return page


def axe(page: Page) -> Any:
    """What axe finds; the package says nothing of its types."""
    return import_module("axe_playwright_python.sync_playwright").Axe().run(page)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_axe_finds_nothing(browser: Browser, place: Path, name: str, scheme: str, width: int) -> None:
    page = opened(browser, place, name, scheme, width)
    try:
        found = axe(page)
        assert found.violations_count == 0, found.generate_report()
        assert len(found.response["passes"]) > 10
    finally:
        page.close()


def test_axe_would_find_something(browser: Browser, place: Path, tmp_path: Path) -> None:
    broken = (
        (place / "index.html").read_text(encoding="utf-8").replace('lang="en"', "").replace("<title>", "<title hidden>")
    )
    (tmp_path / "broken.html").write_text(broken, encoding="utf-8")
    page = opened(browser, tmp_path, "broken.html")
    try:
        assert axe(page).violations_count > 0
    finally:
        page.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_narrow_page_scrolls_its_tables_and_not_itself(browser: Browser, place: Path, name: str) -> None:
    page = opened(browser, place, name, width=360)
    try:
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    finally:
        page.close()


def test_the_style_is_let_in_by_the_policy_and_a_script_is_not(browser: Browser, place: Path, tmp_path: Path) -> None:
    page = opened(browser, place, "index.html")
    styled = page.evaluate("getComputedStyle(document.querySelector('table')).borderCollapse")
    page.close()
    content = (place / "index.html").read_text(encoding="utf-8")
    (tmp_path / "evil.html").write_text(content.replace("<main", "<script>document.title='owned'</script><main", 1))
    page = browser.new_page()
    page.goto((tmp_path / "evil.html").as_uri())
    title = page.title()
    page.close()

    assert styled == "collapse"
    assert title == "ipc-conformance matrix"


def test_the_keyboard_reaches_the_content_first_and_then_everything(browser: Browser, place: Path) -> None:
    page = opened(browser, place, "index.html")
    try:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        focusable = page.evaluate("document.querySelectorAll('main a, main .scroll').length")
        seen_: list[str] = []
        for _ in range(focusable):
            seen_.append(page.evaluate("document.activeElement.outerHTML.slice(0, 80)"))
            page.keyboard.press("Tab")
        assert len(seen_) == focusable
        assert not page.evaluate("document.querySelector('main').contains(document.activeElement)")
    finally:
        page.close()


def test_a_screen_reader_hears_level_and_place(browser: Browser, place: Path) -> None:
    page = opened(browser, place, "index.html")
    try:
        table = page.get_by_role("table", name="Support levels of made by platform")
        assert table.get_by_role("rowheader", name="Linux").count() == 1
        assert table.get_by_role("columnheader", name="Unnamed pipes").count() == 1
        assert table.get_by_role("row").nth(1).get_by_text("explicit", exact=True).count() >= 1
    finally:
        page.close()


def test_without_scripts_it_is_the_same(browser: Browser, place: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto((place / "index.html").as_uri())
        page.get_by_role("link", name="Linux", exact=True).first.click()
        assert page.title().startswith("Linux - ")
    finally:
        context.close()
