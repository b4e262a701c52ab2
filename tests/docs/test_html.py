"""The HTML page in a real browser: search, links, keys, diagrams; no network, no complaint."""

import json
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from dbtool.docs.book import Book
from dbtool.docs.html import page
from tests.docs.browser import Browser

# which article is seen, which of the list, what the status says
_SEEN = """(() => {
  const seen = (selector) => [...document.querySelectorAll(selector)].filter((part) => part.checkVisibility());
  return {articles: seen("article").map((part) => part.dataset.name), list: seen("nav li").map((part) => part.textContent),
    found: document.querySelector("#found").textContent};
})()"""
_FOCUS = "document.activeElement.id || document.activeElement.textContent"


@pytest.fixture(scope="module")
def file(book: Book, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("html") / "index.html"
    path.write_text(page(book))
    return path


@pytest.fixture
def look(browser: Browser, file: Path) -> Callable[..., Browser]:
    """Open the page, and find at the end that it asked for nothing and complained of nothing."""

    def opened(**options: int | bool) -> Browser:
        browser.open(file, **options)  # type: ignore[arg-type]
        return browser

    return opened


@pytest.fixture(autouse=True)
def quiet(request: pytest.FixtureRequest) -> object:
    yield
    if "look" in request.fixturenames:
        browser: Browser = request.getfixturevalue("browser")
        assert {url.split("#")[0] for url in browser.requested()} == {request.getfixturevalue("file").as_uri()}
        assert browser.complaints() == []
        browser.run("localStorage.clear()")


def test_the_search_filters_as_one_types(look: Callable[..., Browser], book: Book) -> None:
    browser = look()
    everything = browser.run(_SEEN)
    assert len(everything["articles"]) == browser.run("document.querySelectorAll('article').length")
    browser.press("/")
    assert browser.run(_FOCUS) == "search"
    browser.type("metr")
    assert browser.run(_SEEN) == {"articles": ["size"], "list": ["size"], "found": "1 of 18 found"}
    assert not browser.run("document.querySelector('#overview').checkVisibility()")
    browser.type(" nothing-like-it")
    assert browser.run(_SEEN) == {"articles": [], "list": [], "found": "0 of 18 found"}
    browser.press("Escape")
    assert browser.run(_SEEN) == everything


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("people", "public.people"),
        ("nick", "public.people"),
        ("customer", "public.tenants"),
        ("glad name", "public.glad"),
        ("BOSS_id", "public.people"),
        ("漢字", '"Odd | schema"."Order `by` ""it"" | <b>ü 漢字</b> \\ %"'),
        ("<b>ü", '"Odd | schema"."Order `by` ""it"" | <b>ü 漢字</b> \\ %"'),
    ],
)
def test_names_then_columns_and_comments_then_the_rest(look: Callable[..., Browser], words: str, first: str) -> None:
    browser = look()
    browser.run(f"document.querySelector('#search').value = {json.dumps(words)}")
    browser.run("document.querySelector('#search').dispatchEvent(new Event('input'))")
    shown = browser.run(
        "[...document.querySelectorAll('article')].filter((a) => a.checkVisibility())"
        ".sort((a, b) => a.style.order - b.style.order).map((a) => a.dataset.name)"
    )
    assert shown[0] in (first, first.removeprefix("public.")), shown
    browser.press("/")
    browser.press("Enter")
    assert browser.run("document.querySelector(':target').dataset.name") == shown[0]


def test_the_keys(look: Callable[..., Browser]) -> None:
    browser = look()
    browser.press("/")
    browser.type("team")
    browser.press("ArrowDown")
    first = browser.run(_FOCUS)
    assert first == "teams"
    browser.press("ArrowDown")
    assert browser.run(_FOCUS) == "leads"
    browser.press("ArrowUp")
    browser.press("ArrowUp")
    assert browser.run(_FOCUS) == "search"
    browser.press("ArrowDown")
    browser.press("Enter")
    assert browser.run("location.hash") == "#table-public-teams"
    browser.press("Escape")
    assert browser.run("document.querySelector('#search').value") == ""


def test_every_link_leads_to_something(look: Callable[..., Browser]) -> None:
    browser = look()
    lost = browser.run(
        "[...document.querySelectorAll('a')].map((a) => a.getAttribute('href'))"
        ".filter((href) => !href.startsWith('#') || !document.getElementById(href.slice(1)))"
    )
    assert lost == []
    ids = browser.run("[...document.querySelectorAll('[id]')].map((part) => part.id)")
    assert len(ids) == len(set(ids))
    of = browser.run(
        "[...document.querySelectorAll('[aria-controls], [aria-labelledby]')].flatMap((part) =>"
        " [part.getAttribute('aria-controls'), part.getAttribute('aria-labelledby')]).filter(Boolean)"
    )
    assert set(of) <= set(ids)


def test_a_link_to_what_the_search_hides_shows_it(look: Callable[..., Browser]) -> None:
    browser = look()
    browser.press("/")
    browser.type("metres")
    browser.run("location.hash = '#table-public-people'")
    browser.run("new Promise((done) => setTimeout(done, 50))")
    assert browser.run("document.querySelector(':target').checkVisibility()")
    assert browser.run("document.querySelector('#search').value") == ""


@pytest.mark.parametrize("width", [400, 1280])
def test_a_link_shows_its_target_at_the_top(look: Callable[..., Browser], width: int) -> None:
    browser = look(width=width)
    for anchor in ("table-public-tenants", "view-public-glad", "table-public-events"):
        browser.run(f"document.querySelector('nav a[href=\"#{anchor}\"]').click()")
        browser.run("new Promise((done) => setTimeout(done, 150))")
        top = browser.run(f"document.getElementById('{anchor}').getBoundingClientRect().top")
        assert 0 <= top <= 140, anchor


def test_a_box_for_each_table_and_a_line_for_each_foreign_key(look: Callable[..., Browser], book: Book) -> None:
    browser = look()
    for chapter in book.chapters:
        (pane,) = re.findall(
            rf'<div class="pane"[^>]*id="(\S+)"[^>]*>(?:(?!</figure>).)*Schema {re.escape(_e(chapter.name))}:',
            page(book),
            re.DOTALL,
        )
        boxes = browser.run(f"document.querySelectorAll('#{pane} svg .box').length")
        lines = browser.run(f"document.querySelectorAll('#{pane} svg .link').length")
        inside = {t.key for t in chapter.tables}
        assert boxes == len(inside)
        assert lines == sum(r.target in inside for t in chapter.tables for r in t.references)
    overlapping = browser.run("""[...document.querySelectorAll('.pane svg')].flatMap((svg) => {
        svg.closest('.pane').hidden = false;
        const rects = [...svg.querySelectorAll('.box')].map((box) => box.querySelector('.frame').getBoundingClientRect());
        return rects.flatMap((a, n) => rects.slice(n + 1).filter((b) =>
            a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom));
    }).length""")
    assert overlapping == 0


def _e(name: str) -> str:
    from html import escape

    from dbtool.schema.names import quoted

    return escape(quoted(name))


def test_what_is_written_in_a_box_stays_in_it(look: Callable[..., Browser]) -> None:
    browser = look()
    out = browser.run("""[...document.querySelectorAll('.pane svg .box')].flatMap((box) => {
        box.closest('.pane').hidden = false;
        const frame = box.querySelector('.frame').getBoundingClientRect();
        return [...box.querySelectorAll('text')].filter((text) => {
            const rect = text.getBoundingClientRect();
            return rect.left < frame.left - 0.5 || rect.right > frame.right + 0.5 || rect.bottom > frame.bottom + 0.5;
        }).map((text) => text.textContent);
    })""")
    assert out == []


def test_a_drawing_is_moved_and_zoomed(look: Callable[..., Browser]) -> None:
    browser = look()
    box = "document.querySelector('.pane:not([hidden]) svg').viewBox.baseVal"
    before = browser.run(f"[{box}.x, {box}.width]")
    browser.run("document.querySelector('.pane:not([hidden]) [data-zoom=\"1.4\"]').click()")
    closer = browser.run(f"[{box}.x, {box}.width]")
    assert closer[1] < before[1]
    at = browser.run("(() => { const r = document.querySelector('.pane:not([hidden]) .canvas').getBoundingClientRect();"
                     " return [r.left + 20, r.top + 20]; })()")  # fmt: skip
    for kind, move in (("mousePressed", 0), ("mouseMoved", 60), ("mouseReleased", 60)):
        browser.call(
            "Input.dispatchMouseEvent", type=kind, x=at[0] + move, y=at[1], button="left",
            buttons=0 if kind == "mouseReleased" else 1, clickCount=1,
        )  # fmt: skip
    assert browser.run(f"{box}.x") < closer[0]
    browser.run("document.querySelector('.pane:not([hidden]) [data-zoom=fit]').click()")
    assert browser.run(f"[{box}.x, {box}.width]") == pytest.approx(before, abs=0.01)


def test_one_diagram_at_a_time(look: Callable[..., Browser]) -> None:
    browser = look()
    for number in range(browser.run("document.querySelectorAll('.tabs button').length")):
        browser.run(f"document.querySelectorAll('.tabs button')[{number}].click()")
        shown = browser.run(
            "[...document.querySelectorAll('.pane')].filter((p) => p.checkVisibility()).map((p) => p.id)"
        )
        assert shown == [
            browser.run(f"document.querySelectorAll('.tabs button')[{number}].getAttribute('aria-controls')")
        ]


@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("dark", [False, True])
def test_it_fits_and_can_be_read(look: Callable[..., Browser], width: int, dark: bool) -> None:
    browser = look(width=width, dark=dark)
    assert browser.run("document.documentElement.scrollWidth") <= width
    faint = browser.run(_FAINT)
    assert faint == []
    browser.run("document.querySelector('#theme').click()")
    assert browser.run("document.documentElement.dataset.theme") == ("light" if dark else "dark")
    assert browser.run(_FAINT) == []


# Texts with less than 4.5 : 1 of contrast to what is behind them (WCAG 2.2, 1.4.3), by the colours that are computed.
_FAINT = """(() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
  const rgba = (colour) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = ([r, g, b]) => { const [x, y, z] = [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z; };
  const behind = (part) => { for (; part; part = part.parentElement) { const c = rgba(getComputedStyle(part).backgroundColor); if (c[3] > 250) return c; }
    return [255, 255, 255, 255]; };
  const faint = new Set();
  const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  for (const part of document.querySelectorAll("body *:not(svg *):not(script)")) {
    if (![...part.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim())) continue;
    const r = ratio(light(rgba(getComputedStyle(part).color)), light(behind(part)));
    if (r < 4.5) faint.add(`${part.tagName}.${part.className} ${r.toFixed(2)}`);
  }
  for (const text of document.querySelectorAll(".pane:not([hidden]) svg text")) {
    const on = text.classList.contains("name") ? text.closest(".box").querySelector(".head") : text.closest(".box").querySelector(".frame");
    const r = ratio(light(rgba(getComputedStyle(text).fill)), light(rgba(getComputedStyle(on).fill)));
    if (r < 4.5) faint.add(`text.${text.className.baseVal} ${r.toFixed(2)}`);
  }
  return [...faint];
})()"""


def test_headings_and_names_for_who_listens(look: Callable[..., Browser]) -> None:
    browser = look()
    levels = browser.run("[...document.querySelectorAll('h1, h2, h3, h4')].map((h) => Number(h.tagName[1]))")
    assert levels[0] == 1
    assert all(level - before <= 1 for before, level in pairwise(levels))
    tree = browser.call("Accessibility.getFullAXTree")["nodes"]
    nameless = [
        node["role"]["value"] for node in tree
        if not node.get("ignored") and node["role"]["value"] in ("button", "link", "searchbox", "tab", "region", "navigation")
        and not node.get("name", {}).get("value")
    ]  # fmt: skip
    assert nameless == []


def test_it_prints_without_what_is_for_the_screen(look: Callable[..., Browser]) -> None:
    browser = look()
    browser.call("Emulation.setEmulatedMedia", media="print")
    assert not browser.run("document.querySelector('.beside').checkVisibility()")
    assert browser.run("[...document.querySelectorAll('.pane')].every((pane) => pane.checkVisibility())")
    browser.call("Emulation.setEmulatedMedia", media="")


def test_without_javascript_everything_is_there(browser: Browser, file: Path) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(file)
        answer = browser.call("DOM.getDocument", depth=-1)
        text = json.dumps(answer)
        assert "public.people" in text or "people" in text
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)
    assert browser.requested() == [file.as_uri()]


def test_nothing_in_a_comment_is_markup(look: Callable[..., Browser]) -> None:
    browser = look()
    assert browser.run("document.querySelectorAll('script').length") == 1
    assert browser.run("document.querySelectorAll('main b:not(.count b), main i').length") == 0
    assert browser.run("document.title") == "The <shop>"
