"""pages(book) -> the Markdown files, by their path below the folder. Pure.

README.md is the index with the diagrams, tables/ has a page for each table, schemas/ one for the rest of each schema,
and diagrams/ what is too large for the index.
"""

from collections.abc import Iterator, Mapping, Sequence

from dbtool.docs import mermaid
from dbtool.docs.book import Book, Chapter, Name
from dbtool.docs.cells import overview, parts
from dbtool.docs.escaped import block, code, link, paragraphs, text
from dbtool.docs.groups import split
from dbtool.docs.naming import chapter_path, safe, table_path
from dbtool.docs.schema_page import chapter_page
from dbtool.docs.table_page import table_page
from dbtool.report import counted
from dbtool.schema.names import quoted

MARK = "<!-- Written by dbtool docs: what you write here is lost -->"


def pages(book: Book) -> Mapping[str, str]:
    """Return the text of each page."""
    made: dict[str, str] = {}
    index = [*_index(book)]
    for title, name, keys in _subjects(book):
        drawn = _diagrams(book, keys)
        index.append(f"### {title}")
        if len(drawn) == 1:
            index += drawn
            continue
        path = f"diagrams/{name}.md"
        index.append(f"[{len(drawn)} diagrams]({path}): {counted(len(keys), 'table')} are too many for one.")
        made[path] = _page(f"# {title}", "[Index](../README.md)", *_numbered(drawn))
    made["README.md"] = _page(*index)
    for one in book.tables:
        made[table_path(one.key)] = _page(*table_page(book, one))
    for chapter in book.chapters:
        made[chapter_path(chapter.name)] = _page(*chapter_page(chapter))
    return dict(sorted(made.items()))


def _page(*blocks: str) -> str:
    return "\n\n".join([MARK, *(one for one in blocks if one)]) + "\n"


# ---- the index


def _index(book: Book) -> Iterator[str]:
    yield f"# {text(book.title)}"
    tables = sum(len(chapter.tables) for chapter in book.chapters)
    yield f"{counted(tables, 'table')} in {counted(len(book.chapters), 'schema')}."
    for chapter in book.chapters:
        yield f"## Schema {code(quoted(chapter.name))}"
        yield paragraphs(chapter.comment)
        yield overview(chapter, "")
        if rest := [counted(len(those), noun) for those, noun in _rest(chapter) if those]:
            yield f"{link(quoted(chapter.name), chapter_path(chapter.name))} also has {', '.join(rest)}."
    if book.extensions:
        yield "## Extensions"
        yield parts(book.extensions, "Extension", "In")
    if book.publications:
        yield "## Publications"
        yield parts(book.publications, "Publication", "Publishes")
    if tables:
        yield "## Diagrams"
        yield "A line leads from a table to one that refers to it. Of many tables the keys alone are shown."


def _rest(chapter: Chapter) -> tuple[tuple[Sequence[object], str], ...]:
    return (
        (chapter.views, "view"),
        (chapter.functions, "function"),
        (chapter.types, "type"),
        (chapter.sequences, "sequence"),
    )


def _subjects(book: Book) -> Iterator[tuple[str, str, list[Name]]]:
    """Yield what has a diagram: title, name of its file, tables."""
    for chapter in book.chapters:
        if chapter.tables:
            yield (
                f"Schema {code(quoted(chapter.name))}",
                f"schema-{safe(chapter.name)}",
                [t.key for t in chapter.tables],
            )
    for category, keys in mermaid.by_category(book).items():
        yield f"Category {category}", f"category-{category}", keys


def _diagrams(book: Book, keys: Sequence[Name]) -> list[str]:
    groups = split(keys, mermaid.links(book.tables), mermaid.MOST)
    return [block(mermaid.diagram(book, group), "mermaid") for group in groups]


def _numbered(drawn: Sequence[str]) -> Iterator[str]:
    for number, diagram in enumerate(drawn, start=1):
        yield f"## {number} of {len(drawn)}"
        yield diagram
