"""page(book) -> one HTML file with everything in it: text, style, script and diagrams. Pure.

It needs no network and no server. Without JavaScript it is a long page with all there is; with it one can search.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from pathlib import Path

from dbtool.docs import mermaid
from dbtool.docs.book import Book, Chapter, Name, Table
from dbtool.docs.diagram.svg import svg_of, table_id
from dbtool.docs.html_articles import article_id, function_article, table_article, type_article, view_article
from dbtool.docs.naming import safe
from dbtool.docs.table_page import neighbours
from dbtool.report import counted
from dbtool.schema.names import quoted

MARK = "<!doctype html><!-- Written by dbtool docs: what you write here is lost -->"
_ASSETS = Path(__file__).with_name("assets")


def page(book: Book) -> str:
    """Return the HTML file."""
    return f"""{MARK}
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(book.title)}</title>
<link rel="icon" href="data:,">
<style>
{_asset("page.css")}</style>
</head>
<body>
<a class="skip" href="#told">Skip to the schema</a>
<div class="page">
<div class="beside">
<header class="head">
<div class="title"><h1><a href="#overview">{escape(book.title)}</a></h1>
<button class="toggle" aria-expanded="false" aria-controls="list">Contents</button>
<button id="theme" aria-pressed="false" title="Dark or light">Dark</button></div>
<div class="search" role="search"><input id="search" type="search" placeholder="Search" autocomplete="off"
aria-label="Search tables, columns, comments" aria-controls="list" spellcheck="false"><kbd>/</kbd></div>
<p class="found" id="found" role="status"></p>
</header>
<nav id="list" aria-label="Contents">
{"".join(_group(book, chapter, one) for chapter in book.chapters for one in _groups(chapter))}</nav>
</div>
<main id="told" tabindex="-1">
{_overview(book)}{"".join(_chapter(book, chapter) for chapter in book.chapters)}</main>
</div>
<script>
{_asset("page.js")}</script>
</body>
</html>
"""


@cache
def _asset(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf-8")


# ---- the list

Group = tuple[str, Sequence[tuple[str, str, str]]]  # title; anchor, name, class


def _groups(chapter: Chapter) -> Iterator[Group]:
    yield "Tables", [(table_id(t.key), quoted(t.name), t.tags.category) for t in chapter.tables]
    yield "Views", [(article_id("view", v.schema, v.name), quoted(v.name), "") for v in chapter.views]
    yield "Types", [(article_id("type", t.schema, t.name), quoted(t.name), "") for t in chapter.types]
    yield "Functions", [(article_id(f.kind, f.schema, f.name), f.name, "") for f in chapter.functions]


def _group(book: Book, chapter: Chapter, group: Group) -> str:
    title, entries = group
    if not entries:
        return ""
    of = f" <span>{escape(quoted(chapter.name))}</span>" if len(book.chapters) > 1 else ""
    items = "".join(
        f'<li><a class="{category}" href="#{anchor}">{escape(name)}</a></li>\n' for anchor, name, category in entries
    )
    return f"<section><h2>{title}{of}</h2>\n<ul>\n{items}</ul></section>\n"


# ---- the overview


def _overview(book: Book) -> str:
    tables = [*book.tables]
    numbers = [
        (len(tables), "table"),
        (sum(len(t.references) for t in tables), "foreign key"),
        (sum(len(c.views) for c in book.chapters), "view"),
        (sum(len(c.types) for c in book.chapters), "type"),
        (sum(len(c.functions) for c in book.chapters), "function"),
    ]
    counts = "".join(f"<li><b>{n:,}</b>{noun}{'' if n == 1 else 's'}</li>" for n, noun in numbers if n)
    more = "".join(
        f"<p>{title}: " + ", ".join(f"<code>{escape(part.name)}</code>" for part in parts) + "</p>"
        for title, parts in (("Extensions", book.extensions), ("Publications", book.publications)) if parts
    )  # fmt: skip
    return (
        f'<section class="card" id="overview" aria-label="Overview"><h2 class="unseen">Overview</h2>'
        f'<ul class="count">{counts}</ul>{more}{_diagrams(book)}</section>\n'
    )


def _diagrams(book: Book) -> str:
    subjects = [*_subjects(book)]
    if not subjects:
        return '<p class="nothing">There are no tables.</p>'
    tabs = "".join(
        f'<button role="tab" id="tab-{id}" aria-controls="{id}" aria-selected="false">{escape(title)}</button>'
        for id, title, _ in subjects
    )
    panes = "".join(_pane(book, id, title, keys) for id, title, keys in subjects)
    return f'<div class="tabs" role="tablist" aria-label="Diagrams">{tabs}</div>{panes}'


def _subjects(book: Book) -> Iterator[tuple[str, str, list[Name]]]:
    """Yield what has a diagram: an anchor, a title, the tables."""
    for chapter in book.chapters:
        if chapter.tables:
            yield f"diagram-{safe(chapter.name)}", f"Schema {quoted(chapter.name)}", [t.key for t in chapter.tables]
    for category, keys in mermaid.by_category(book).items():
        yield f"diagram-category-{category}", f"Category {category}", keys


def _pane(book: Book, id: str, title: str, keys: Sequence[Name]) -> str:
    whole = keys if len(keys) <= mermaid.WHOLE else ()
    shown = "" if whole else ", with their keys"
    return (
        f'<div class="pane" role="tabpanel" id="{id}" aria-labelledby="tab-{id}"><figure><figcaption>'
        f"<span>{escape(title)}: {counted(len(keys), 'table')}{shown}. A dashed line may be NULL. "
        f"Drag to move, Ctrl and the wheel to zoom.</span>"
        f'<span class="controls" style="flex: none"><button data-zoom="1.4" aria-label="Larger">+</button> '
        f'<button data-zoom="0.714" aria-label="Smaller">−</button> <button data-zoom="fit">All</button></span>'
        f'</figcaption><div class="canvas large">{svg_of(book, keys, label=title, whole=whole)}</div></figure></div>\n'
    )


# ---- a schema


def _chapter(book: Book, chapter: Chapter) -> str:
    comment = (
        f'<p class="lead">{"<br>".join(escape(line) for line in chapter.comment.splitlines())}</p>'
        if chapter.comment
        else ""
    )
    articles = [
        *(table_article(book, one, _near(book, one)) for one in chapter.tables),
        *(view_article(one) for one in chapter.views),
        *(type_article(one) for one in chapter.types),
        *(function_article(one) for one in chapter.functions),
    ]
    return (
        f'<section class="schema" aria-labelledby="schema-{safe(chapter.name)}">'
        f'<h2 id="schema-{safe(chapter.name)}">Schema {escape(quoted(chapter.name))}</h2>{comment}\n'
        f"{''.join(articles)}</section>\n"
    )


def _near(book: Book, one: Table) -> str:
    """Return the diagram of a table and those next to it; "" where there are none."""
    near = neighbours(book, one)
    if len(near) == 1:
        return ""
    svg = svg_of(book, near, label=f"{book.named(one.key)} and its neighbours", whole=[one.key], ratio=2)
    return (
        f'<details><summary>Diagram of {counted(len(near), "table")}</summary><div class="canvas">{svg}</div></details>'
    )
