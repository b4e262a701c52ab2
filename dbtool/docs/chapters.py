"""book_of(schema) -> Book: the catalog's records sorted into what the pages tell. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from dbtool.docs.book import Book, Chapter, Column, Function, Name, Part, Reference, Table, Type, View
from dbtool.docs.keys import key_columns
from dbtool.docs.table_of import columns_of, constraint_of, index_of, parts_of, table_of, trigger_of
from dbtool.schema.catalog import Record
from dbtool.schema.names import qualified, quoted
from dbtool.schema.whole import Schema
from dbtool.tags import read_tags

_TABLES = ("table", "foreign table")
_VIEWS = ("view", "materialized view")
_ROUTINES = ("function", "procedure", "aggregate")


def book_of(schema: Schema, *, title: str = "Schema") -> Book:
    """Return what is to be told of *schema*, everything by name. Pure."""
    keys = key_columns(r for r in schema.parts.values() if r.kind == "constraint")
    records = sorted(schema.parts.values(), key=lambda r: r.key)
    whole: defaultdict[str, list[Record]] = defaultdict(list)
    for record in records:
        if not record.parent:
            whole[record.kind].append(record)
    leaves = {(r.schema, r.name) for r in records if r.kind == "attachment" and "partition of" in r.is_}
    partitions: defaultdict[str, list[Record]] = defaultdict(list)
    for record in records:
        if record.kind == "attachment" and "partition of" in record.is_:
            partitions[record.is_["partition of"]].append(record)
    tables = [
        table_of(r, schema, keys, partitions)
        for kind in _TABLES for r in whole[kind] if (r.schema, r.name) not in leaves
    ]  # fmt: skip
    views = [_view(r, schema) for kind in _VIEWS for r in whole[kind]]
    functions = [_function(r) for kind in _ROUTINES for r in whole[kind]]
    types = [_type(r, schema) for r in whole["type"]]
    sequences = [r for r in whole["sequence"] if "identity of" not in r.is_]
    # what initdb says of public is nothing that this project says
    named = {r.name: (r.comment or "").removeprefix("standard public schema") for r in whole["schema"]}
    names = {*named, *(one.schema for one in (*tables, *views, *functions, *types, *sequences))}
    chapters = tuple(
        Chapter(
            name=name,
            comment=read_tags(named.get(name, "")).text,
            tables=tuple(sorted((t for t in tables if t.schema == name), key=lambda t: t.name)),
            views=tuple(sorted((v for v in views if v.schema == name), key=lambda v: v.name)),
            functions=tuple(sorted((f for f in functions if f.schema == name), key=lambda f: (f.name, f.kind))),
            types=tuple(t for t in types if t.schema == name),
            sequences=tuple(_sequence(s) for s in sequences if s.schema == name),
        )
        for name in sorted(names)
    )
    return Book(
        title=title,
        chapters=tuple(c for c in chapters if c.tables or c.views or c.functions or c.types or c.sequences),
        extensions=tuple(
            Part(name=r.name, text=str(r.is_.get("schema", "")), comment=r.comment or "") for r in whole["extension"]
        ),
        publications=tuple(_publication(r, records) for r in whole["publication"]),
        referrers=_referrers(tables),
    )


def _referrers(tables: Iterable[Table]) -> Mapping[Name, list[Reference]]:
    found: dict[Name, list[Reference]] = {}
    for reference in sorted((r for t in tables for r in t.references), key=lambda r: (r.table, r.name)):
        found.setdefault(reference.target, []).append(reference)
    return found


def _view(record: Record, schema: Schema) -> View:
    parts = parts_of(record, schema)
    told = {p.name: p for p in parts if p.kind == "column"}
    columns = tuple(
        Column(
            name=name,
            type=str(type),
            nullable=True,
            default="",
            tags=read_tags(told[name].comment if name in told else None),
        )
        for name, type, _ in record.is_.get("columns", ())
    ) or columns_of(parts, set(), set())
    return View(
        schema=record.schema,
        name=record.name,
        kind=record.kind,
        tags=read_tags(record.comment),
        columns=columns,
        definition=str(record.is_["definition"]),
        indexes=tuple(index_of(p) for p in parts if p.kind == "index" and "definition" in p.is_),
        triggers=tuple(trigger_of(p) for p in parts if p.kind == "trigger" and "definition" in p.is_),
    )


def _function(record: Record) -> Function:
    is_ = record.is_
    traits = [str(is_[name]) for name in ("language", "volatility") if name in is_]
    traits += [name for name in ("strict", "security definer", "leakproof", "window") if is_.get(name)]
    traits += [f"parallel {is_['parallel']}"] if "parallel" in is_ else []
    traits += [f"SET {name} = {value}" for name, value in sorted(is_.get("settings", {}).items())]
    if record.kind == "aggregate":
        traits.append(f"of {is_['state function']}")
    return Function(
        schema=record.schema,
        name=record.name,
        kind=record.kind,
        arguments=str(is_.get("arguments", "")),
        returns=str(is_.get("returns", "")),
        traits=tuple(traits),
        body=str(is_.get("sql body") or (is_.get("body", "") if "library" not in is_ else "")),
        comment=read_tags(record.comment).text,
    )


def _type(record: Record, schema: Schema) -> Type:
    is_ = record.is_
    form = str(is_.get("form", ""))
    text = ""
    if form == "domain":
        words = [
            str(is_["type"]),
            "NOT NULL" if is_.get("not null") else "",
            f"DEFAULT {is_['default']}" if "default" in is_ else "",
        ]
        text = " ".join(word for word in words if word)
    elif form == "range":
        text = f"of {is_['subtype']}"
    names = {qualified(record.schema, record.name), quoted(record.name)}
    checks = [
        p for name in names for p in schema.children.get(name, ())
        if p.kind == "domain constraint" and p.schema == record.schema
    ]  # fmt: skip
    return Type(
        schema=record.schema,
        name=record.name,
        form=form,
        comment=read_tags(record.comment).text,
        text=text,
        values=tuple(is_.get("values", ())),
        rows=tuple(
            Column(name=a["name"], type=a["type"], nullable=True, default="", tags=read_tags(a.get("comment")))
            for a in is_.get("attributes") or ()
        ),
        constraints=tuple(constraint_of(p) for p in sorted(checks, key=lambda p: p.name)),
    )


def _sequence(record: Record) -> Part:
    is_ = record.is_
    return Part(
        name=record.name,
        text=f"{is_.get('type', '')} from {is_.get('start', '')} by {is_.get('increment', '')}",
        comment=read_tags(record.comment).text,
    )


def _publication(record: Record, records: Iterable[Record]) -> Part:
    name = quoted(record.name)
    mine = [r for r in records if r.parent == name and r.kind.startswith("publication ")]
    tables = [r.name for r in mine if r.kind == "publication relation"]
    schemas = [f"all of {quoted(r.name)}" for r in mine if r.kind == "publication namespace"]
    what = ["all tables"] if record.is_.get("all tables") else [*schemas, *tables]
    return Part(name=record.name, text=", ".join(what) or "nothing", comment=record.comment or "")
