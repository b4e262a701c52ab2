"""The articles of the HTML page: a table, a view, a type, a function each. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from dbtool.docs.book import Book, Column, Function, Name, Part, Reference, Table, Type, View
from dbtool.docs.diagram.svg import table_id
from dbtool.docs.mermaid import short_type
from dbtool.docs.naming import safe
from dbtool.docs.table_page import SECTIONS, marks
from dbtool.schema.names import quoted


def article_id(kind: str, schema: str, name: str) -> str:
    """Return the anchor of what is no table: these are named by table_id()."""
    return f"{kind}-{safe(schema, name)}"


def table_article(book: Book, one: Table, near: str) -> str:
    """Return the article of a table; *near* is the diagram of its neighbours."""
    chips = "".join(
        f'<span class="chip {one.tags.category if mark.startswith("category") else ""}">{escape(mark)}</span>'
        for mark in marks(one)
    )
    sections = [
        *(_parts(title, what, getattr(one, attribute)) for title, attribute, what in SECTIONS),
        _references(book, "Refers to", one.references, back=False),
        _references(book, "Is referred to by", book.referrers.get(one.key, ()), back=True),
    ]
    return _article(
        table_id(one.key), book.named(one.key), chips,
        _told(one.tags.text) + _columns(one.columns) + _facts(one.facts) + "".join(sections) + near,
    )  # fmt: skip


def view_article(one: View) -> str:
    """Return the article of a view."""
    return _article(
        article_id("view", one.schema, one.name), quoted(one.name), f'<span class="chip">{one.kind}</span>',
        _told(one.tags.text) + _columns(one.columns) + _sql(one.definition)
        + _parts("Indexes", "Definition", one.indexes) + _parts("Triggers", "When and what", one.triggers),
    )  # fmt: skip


def type_article(one: Type) -> str:
    """Return the article of a type."""
    values = "".join(f"<li>{_code(value)}</li>" for value in one.values)
    return _article(
        article_id("type", one.schema, one.name), quoted(one.name), f'<span class="chip">{escape(one.form)}</span>',
        _told(one.comment) + (f'<p class="signature">{_code(one.text)}</p>' if one.text else "")
        + (f'<ul class="values">{values}</ul>' if values else "") + _columns(one.rows)
        + _parts("Constraints", "Definition", one.constraints),
    )  # fmt: skip


def function_article(one: Function) -> str:
    """Return the article of a function, procedure or aggregate."""
    signature = f"({one.arguments})" + (f" returns {one.returns}" if one.returns else "")
    chips = "".join(f'<span class="chip">{escape(mark)}</span>' for mark in (one.kind, *one.traits))
    body = f"<details><summary>Definition</summary>{_sql(one.body)}</details>" if one.body.strip() else ""
    return _article(
        article_id(one.kind, one.schema, one.name), one.name, chips,
        _told(one.comment) + f'<p class="signature">{_code(signature)}</p>' + body,
    )  # fmt: skip


def _article(anchor: str, name: str, chips: str, inside: str) -> str:
    return (
        f'<article id="{anchor}" data-name="{escape(name)}" aria-labelledby="{anchor}-name">'
        f'<h3><a id="{anchor}-name" href="#{anchor}">{escape(name)}</a>{chips}</h3>{inside}</article>\n'
    )


# ---- what is in them


def _told(comment: str) -> str:
    return f'<p class="told">{_text(comment)}</p>' if comment else ""


def _text(said: str) -> str:
    return "<br>".join(escape(line) for line in said.splitlines())


def _code(said: str) -> str:
    return f"<code>{escape(said)}</code>" if said else ""


def _sql(said: str) -> str:
    return f"<pre><code>{escape(said.strip(chr(10)))}</code></pre>"


def _columns(columns: Sequence[Column]) -> str:
    if not columns:
        return ""
    rows = [
        [
            ("", _code(one.name)),
            ("type", _code(short_type(one.type))),
            ("null", "" if one.nullable else "not null"),
            ("", _code(one.default)),
            ("", _keys(one)),
            ("what", _text(one.tags.text) + _marks(one)),
        ]
        for one in columns
    ]
    return _table(("Column", "Type", "Null", "Default", "Key", "What it is"), rows, "Columns", "columns")


def _marks(one: Column) -> str:
    marks = [
        word
        for word, is_one in (("server only", one.tags.server_only), ("client only", one.tags.client_only))
        if is_one
    ]
    return "".join(f' <span class="chip">{mark}</span>' for mark in marks)


def _keys(one: Column) -> str:
    primary = '<span class="key pk">primary</span>' if one.primary else ""
    foreign = '<span class="key fk">foreign</span>' if one.foreign else ""
    return " ".join(word for word in (primary, foreign) if word)


def _facts(facts: Iterable[Part]) -> str:
    told = "".join(f"<div><dt>{escape(fact.name)}</dt><dd>{escape(fact.text)}</dd></div>" for fact in facts)
    return f'<dl class="facts">{told}</dl>' if told else ""


def _parts(title: str, what: str, parts: Sequence[Part]) -> str:
    if not parts:
        return ""
    rows = [
        [
            ("", "&emsp;" * one.depth + _code(one.name)),
            ("", _code(one.text)),
            ("", f'<span class="chip">{escape(one.note)}</span>' if one.note else ""),
            ("what", _text(one.comment)),
        ]
        for one in parts
    ]
    return f"<h4>{title}</h4>" + _table(("Name", what, "", "What it is"), rows, title)


def _references(book: Book, title: str, references: Iterable[Reference], *, back: bool) -> str:
    rows = [
        [
            ("", _link(book, one.table if back else one.target)),
            ("", f"{_code(', '.join(one.columns))} → {_code(', '.join(one.target_columns))}"),
            ("", _code(one.rule)),
            ("", _code(one.name)),
        ]
        for one in references
    ]
    return f"<h4>{title}</h4>" + _table(("Table", "Columns", "Rule", "Constraint"), rows, title) if rows else ""


def _link(book: Book, key: Name) -> str:
    name = _code(book.named(key))
    return f'<a href="#{table_id(key)}">{name}</a>' if key in book.by_key else name


Cell = tuple[str, str]  # its class, and what is in it


def _table(heads: Sequence[str], rows: Sequence[Sequence[Cell]], label: str, kind: str = "") -> str:
    """Return a table, without columns that are empty, in a box that scrolls sideways where it is narrow."""
    shown = [n for n in range(len(heads)) if any(row[n][1] for row in rows)]
    head = "".join(f'<th scope="col">{heads[n] or "<span class=unseen>Note</span>"}</th>' for n in shown)
    body = "".join("<tr>" + "".join(_cells([row[n] for n in shown])) + "</tr>\n" for row in rows)
    return (
        f'<div class="scroll" role="region" aria-label="{escape(label)}" tabindex="0"><table class="{kind}">'
        f"<thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table></div>"
    )


def _cells(cells: Iterable[Cell]) -> Iterator[str]:
    return (f'<td class="{kind}">{inside}</td>' if kind else f"<td>{inside}</td>" for kind, inside in cells)
