"""Rows of tables in Markdown that several pages have: columns, and what has a name, a text and a comment. Pure."""

from collections.abc import Iterable

from dbtool.docs import mermaid
from dbtool.docs.book import Chapter, Column, Part, Table
from dbtool.docs.escaped import code, link, table, text
from dbtool.docs.naming import table_path
from dbtool.schema.names import quoted


def overview(chapter: Chapter, up: str) -> str:
    """Return the list of a schema's tables, with links; *up* leads to the folder."""
    return table(["Table", "", "What it is", "Category", "Columns"], [_table(one, up) for one in chapter.tables])


def _table(one: Table, up: str) -> list[str]:
    kind = "" if one.kind == "table" else one.kind.removesuffix(" table")
    name = link(quoted(one.name), up + table_path(one.key))
    return [name, kind, text(one.tags.text), one.tags.category, str(len(one.columns))]


def columns(given: Iterable[Column]) -> str:
    """Return the columns of a table, view or composite type."""
    return table(["Column", "Type", "Null", "Default", "Key", "What it is"], [_column(one) for one in given])


def _column(one: Column) -> list[str]:
    null = "" if one.nullable else "not null"
    return [code(one.name), code(mermaid.short_type(one.type)), null, code(one.default), _keys(one), _told(one)]


def _keys(column: Column) -> str:
    return ", ".join(word for word, is_one in (("primary", column.primary), ("foreign", column.foreign)) if is_one)


def _told(column: Column) -> str:
    marks = ["(server only)"] if column.tags.server_only else []
    marks += ["(client only)"] if column.tags.client_only else []
    return text(" ".join([column.tags.text, *marks]))


def parts(given: Iterable[Part], name: str, what: str) -> str:
    """Return what has a name, a text, a note and a comment, below these headings."""
    rows = [
        ["&nbsp;&nbsp;" * part.depth + code(part.name), code(part.text), part.note, text(part.comment)]
        for part in given
    ]
    return table([name, what, "", "What it is"], rows)
