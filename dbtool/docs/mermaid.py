"""Entity-relationship diagrams in Mermaid's language, for Markdown. Pure.

https://mermaid.js.org/syntax/entityRelationshipDiagram.html. GitHub and GitLab draw up to 50,000 characters and 500
lines of a diagram: groups.py keeps below that.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache

from dbtool.docs.book import Book, Column, Name, Reference, Table
from dbtool.docs.naming import safe

WHOLE = 12  # up to so many tables are shown with all their columns, more with their keys alone
MOST = 30  # tables in one diagram
_MOST_COLUMNS = 40
_SHORT = {
    "character varying": "varchar",
    "character": "char",
    "timestamp with time zone": "timestamptz",
    "timestamp without time zone": "timestamp",
    "time with time zone": "timetz",
    "time without time zone": "time",
    "double precision": "float8",
    "bit varying": "varbit",
}


def diagram(book: Book, tables: Collection[Name], *, whole: bool | None = None) -> str:
    """Return the diagram of *tables*, and of what they refer to outside of it by name alone."""
    shown = [book.by_key[key] for key in tables if key in book.by_key]
    whole = len(shown) <= WHOLE if whole is None else whole
    inside = set(tables)
    references = [r for t in shown for r in t.references if r.target in book.by_key]
    outside = sorted({r.target for r in references} - inside)
    lines = ["erDiagram"]
    for table in shown:
        lines += _entity(book, table, whole)
    lines += [f"    {_id(key)}[{_label(book.named(key))}]" for key in outside]
    lines += [_line(reference) for reference in references]
    return "\n".join(lines)


def _entity(book: Book, table: Table, whole: bool) -> Iterator[str]:
    columns = [c for c in table.columns if whole or c.primary or c.foreign]
    head = f"    {_id(table.key)}[{_label(book.named(table.key))}]"
    if not columns:
        yield head
        return
    yield head + " {"
    yield from (f"        {_attribute(column)}" for column in columns[:_MOST_COLUMNS])
    yield "    }"


def _attribute(column: Column) -> str:
    type, name = _word(short_type(column.type)), _word(column.name)
    keys = ", ".join(word for word, is_one in (("PK", column.primary), ("FK", column.foreign)) if is_one)
    told = "" if name == column.name else f" {_label(column.name)}"
    return f"{type} {name}{' ' + keys if keys else ''}{told}"


def _line(reference: Reference) -> str:
    one = "|o" if reference.nullable else "||"
    many = "o|" if reference.single else "o{"
    return f"    {_id(reference.target)} {one}--{many} {_id(reference.table)} : {_label(', '.join(reference.columns))}"


def _id(key: Name) -> str:
    # a letter first: Mermaid takes no digit there, nor one of its own words
    return "t-" + safe(*key)


@cache
def short_type(type: str) -> str:
    """Return a type as one writes it.

    >>> short_type("timestamp(3) with time zone"), short_type("public.status"), short_type("character varying(20)[]")
    ('timestamptz(3)', 'status', 'varchar(20)[]')
    """
    type = re.sub(r"^(timestamp|time)(\(\d\)) (with(?:out)? time zone)", r"\1 \3\2", type).removeprefix("public.")
    for long, short in _SHORT.items():
        if type == long or type.startswith((f"{long}(", f"{long}[")):
            return short + type[len(long) :]
    return type


def _word(text: str) -> str:
    """Return *text* as a word of Mermaid's grammar: ASCII, a letter first.

    >>> _word("numeric(10,2)"), _word("2nd place")
    ('numeric(10_2)', '_2nd_place')
    """
    word = re.sub(r"[^A-Za-z0-9_()\[\]-]", "_", text) or "_"
    return word if re.match(r"[A-Za-z_]", word) else f"_{word}"


# What may not stand between quotes; # begins what it replaces others by, so that it goes first.
_ENTITIES = str.maketrans({c: f"#{ord(c)};" for c in '#"%\\;&<>`|{}[]'} | dict.fromkeys("\r\n\v\b\t", " "))


def _label(text: str) -> str:
    return '"' + text.translate(_ENTITIES) + '"'


def links(tables: Iterable[Table]) -> Iterator[tuple[Name, Name]]:
    """Yield which table refers to which."""
    return ((r.table, r.target) for table in tables for r in table.references)


def by_category(book: Book) -> Mapping[str, list[Name]]:
    """Return the tables of each category, by name; those without one are left out."""
    found: dict[str, list[Name]] = {}
    for table in book.tables:
        if table.tags.category:
            found.setdefault(table.tags.category, []).append(table.key)
    return dict(sorted(found.items()))
