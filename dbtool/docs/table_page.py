"""The page of a table in Markdown. Pure."""

from collections.abc import Iterable, Iterator

from dbtool.docs import mermaid
from dbtool.docs.book import Book, Name, Reference, Table
from dbtool.docs.cells import columns, parts
from dbtool.docs.escaped import block, code, link, paragraphs, table, text
from dbtool.docs.naming import chapter_path, table_path
from dbtool.schema.names import quoted

SECTIONS = (  # title, attribute of a table, heading of the texts
    ("Constraints", "constraints", "Definition"),
    ("Indexes", "indexes", "Definition"),
    ("Triggers", "triggers", "When and what"),
    ("Policies", "policies", "Rule"),
    ("Partitions", "partitions", "Holds"),
)


def table_page(book: Book, one: Table) -> Iterator[str]:
    """Yield the blocks of a table's page."""
    yield f"# {code(book.named(one.key))}"
    schema = link(quoted(one.schema), "../" + chapter_path(one.schema))
    yield " · ".join(["[Index](../README.md)", f"schema {schema}", *marks(one)])
    yield paragraphs(one.tags.text)
    yield columns(one.columns)
    if one.facts:
        yield table(["", ""], [[text(fact.name), code(fact.text)] for fact in one.facts])
    for title, attribute, what in SECTIONS:
        if those := getattr(one, attribute):
            yield f"## {title}"
            yield parts(those, "Name", what)
    for title, rows in (
        ("Refers to", [*_references(book, one.references, back=False)]),
        ("Is referred to by", [*_references(book, book.referrers.get(one.key, ()), back=True)]),
    ):
        if rows:
            yield f"## {title}"
            yield table(["Table", "Columns", "Rule", "Constraint"], rows)
    near = neighbours(book, one)
    if len(near) > 1:
        yield "## Diagram"
        yield block(mermaid.diagram(book, near, whole=False), "mermaid")


def neighbours(book: Book, one: Table, at_most: int = 20) -> list[Name]:
    """Return a table and those that it refers to or that refer to it, the first *at_most* of them."""
    there = [r.target for r in one.references] + [r.table for r in book.referrers.get(one.key, ())]
    return list(dict.fromkeys([one.key, *(key for key in there if key in book.by_key)]))[:at_most]


def marks(one: Table) -> list[str]:
    """Return what is to be known of a table at once, in words."""
    found = [one.kind if one.kind != "table" else "", f"category {one.tags.category}" if one.tags.category else ""]
    found += ["server only" if one.tags.server_only else "", "client only" if one.tags.client_only else ""]
    return [mark for mark in found if mark]


def _references(book: Book, references: Iterable[Reference], *, back: bool) -> Iterator[list[str]]:
    for r in references:
        other = r.table if back else r.target
        named = book.named(other)
        shown = link(named, "../" + table_path(other)) if other in book.by_key else code(named)
        joined = f"{code(', '.join(r.columns))} → {code(', '.join(r.target_columns))}"
        yield [shown, joined, code(r.rule), code(r.name)]
