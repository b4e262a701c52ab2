"""table_of(record, schema) -> Table: what the catalog's records say of a table, sorted. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from dbtool.docs.book import Column, Part, Reference, Table
from dbtool.docs.keys import Key
from dbtool.schema.catalog import Record
from dbtool.schema.names import qualified, quoted
from dbtool.schema.whole import Schema
from dbtool.tags import read_tags


def table_of(
    record: Record, schema: Schema, keys: Mapping[tuple[str, str], Key], partitions: Mapping[str, Sequence[Record]]
) -> Table:
    """Return what is to be told of a table; *partitions* by the quoted name of what they are partitions of."""
    me = qualified(record.schema, record.name)
    parts = parts_of(record, schema)
    constraints = [p for p in parts if p.kind == "constraint" and p.is_["type"] != "not null"]
    of = {p.name: keys[me, p.name] for p in constraints if (me, p.name) in keys}
    primary = {c for p in constraints if p.is_["type"] == "primary key" and p.name in of for c in of[p.name].columns}
    foreign = {c for p in constraints if p.is_["type"] == "foreign key" and p.name in of for c in of[p.name].columns}
    columns = columns_of(parts, primary, foreign)
    return Table(
        schema=record.schema,
        name=record.name,
        kind="partitioned table" if "partition by" in record.is_ else record.kind,
        tags=read_tags(record.comment),
        columns=columns,
        facts=tuple(_facts(record, parts)),
        constraints=tuple(constraint_of(p) for p in sorted(constraints, key=_constraint_order)),
        references=tuple(_references(record, constraints, of, columns)),
        indexes=tuple(index_of(p) for p in parts if p.kind == "index" and "definition" in p.is_),
        triggers=tuple(trigger_of(p) for p in parts if p.kind == "trigger" and "definition" in p.is_),
        policies=tuple(_policy(p) for p in parts if p.kind == "policy"),
        partitions=tuple(_partitions(me, partitions)),
    )


def parts_of(record: Record, schema: Schema) -> list[Record]:
    """Return the parts of a table, view or type, by kind and name."""
    mine = schema.children.get(qualified(record.schema, record.name), ())
    return sorted((p for p in mine if p.schema == record.schema), key=lambda p: (p.kind, p.name))


def columns_of(parts: Iterable[Record], primary: set[str], foreign: set[str]) -> tuple[Column, ...]:
    """Return the columns among the parts of a table or view, in their order."""
    parts = list(parts)
    defaults = {p.name: str(p.is_["default"]) for p in parts if p.kind == "default"}
    columns = sorted((p for p in parts if p.kind == "column"), key=lambda p: p.address[2] if p.address else 0)
    return tuple(
        Column(
            name=p.name,
            type=str(p.is_.get("type", "")),
            nullable=not p.is_.get("not null"),
            default=_default(p.is_, defaults.get(p.name, "")),
            tags=read_tags(p.comment),
            primary=p.name in primary,
            foreign=p.name in foreign,
        )
        for p in columns
    )


def _default(is_: Mapping[str, Any], default: str) -> str:
    if "identity" in is_:
        return f"GENERATED {str(is_['identity']).upper()} AS IDENTITY"
    if "generated" in is_:
        return f"GENERATED ALWAYS AS ({is_['generated']}) {str(is_['generated as']).upper()}"
    return default


def _facts(record: Record, parts: Iterable[Record]) -> Iterator[Part]:
    is_: dict[str, Any] = dict(record.is_)
    for part in parts:
        if part.kind in ("replica identity", "cluster mark"):
            is_ |= part.is_
    if "partition by" in is_:
        yield Part(name="Partitioned by", text=str(is_["partition by"]))
    if "inherits" in is_:
        yield Part(name="Inherits", text=", ".join(is_["inherits"]))
    if "of type" in is_:
        yield Part(name="Of type", text=str(is_["of type"]))
    if "server" in is_:
        yield Part(name="Foreign server", text=str(is_["server"]))
    if "persistence" in is_:
        yield Part(name="Persistence", text=str(is_["persistence"]))
    if is_.get("row security"):
        forced = ", also for its owner" if is_.get("force row security") else ""
        yield Part(name="Row-level security", text=f"on{forced}")
    if "replica identity" in is_:
        yield Part(name="Replica identity", text=str(is_["replica identity"]))
    if options := is_.get("options"):
        yield Part(name="Options", text=", ".join(f"{name}={value}" for name, value in sorted(options.items())))


_FLAGS = ("deferrable", "initially deferred", "not valid", "not enforced")
_CONSTRAINTS = ("primary key", "unique", "foreign key", "check", "exclude")


def _constraint_order(record: Record) -> tuple[int, str]:
    kind = record.is_["type"]
    return (_CONSTRAINTS.index(kind) if kind in _CONSTRAINTS else len(_CONSTRAINTS)), record.name


def constraint_of(record: Record) -> Part:
    """Return a constraint, of a table or a domain."""
    notes = [word for word in _FLAGS if record.is_.get(word)]
    return Part(
        name=record.name, text=str(record.is_["definition"]), comment=read_tags(record.comment).text,
        note=", ".join(notes),
    )  # fmt: skip


def _references(
    record: Record, constraints: Iterable[Record], keys: Mapping[str, Key], columns: Iterable[Column]
) -> Iterator[Reference]:
    constraints = list(constraints)
    nullable = {column.name for column in columns if column.nullable}
    unique = [
        set(keys[p.name].columns) for p in constraints if p.is_["type"] in ("primary key", "unique") and p.name in keys
    ]
    for part in constraints:
        key = keys.get(part.name)
        if part.is_["type"] != "foreign key" or key is None or key.target is None:
            continue
        definition = str(part.is_["definition"])
        flags = " ".join(
            f.upper() for f in ("deferrable", "initially deferred", "not valid", "not enforced") if part.is_.get(f)
        )
        yield Reference(
            name=part.name,
            table=(record.schema, record.name),
            columns=key.columns,
            target=key.target,
            target_columns=key.target_columns,
            rule=f"{_rule(definition)} {flags}".strip(),
            nullable=bool(nullable & set(key.columns)),
            single=any(one <= set(key.columns) for one in unique),
        )


def _rule(definition: str) -> str:
    """Return what a foreign key's definition says after the columns that it refers to.

    >>> _rule("FOREIGN KEY (a) REFERENCES t(id) MATCH FULL ON DELETE CASCADE")
    'MATCH FULL ON DELETE CASCADE'
    """
    found = min((at for word in (" MATCH ", " ON ") if (at := definition.rfind(")" + word)) >= 0), default=-1)
    return definition[found + 2 :] if found >= 0 else ""


def index_of(record: Record) -> Part:
    """Return an index, without what the page says of it already."""
    definition, name = str(record.is_["definition"]), quoted(record.name)
    unique = definition.startswith("CREATE UNIQUE")
    text = definition
    for only in ("", "ONLY "):
        begin = f"CREATE {'UNIQUE ' if unique else ''}INDEX {name} ON {only}{record.parent} "
        text = text.removeprefix(begin).removeprefix("USING ")
    notes = [*(["unique"] if unique else []), *(["not valid"] if record.is_.get("valid") is False else [])]
    return Part(name=record.name, text=text, comment=read_tags(record.comment).text, note=", ".join(notes))


def trigger_of(record: Record) -> Part:
    """Return a trigger, likewise."""
    definition, name = str(record.is_["definition"]), quoted(record.name)
    for word in ("TRIGGER", "CONSTRAINT TRIGGER"):
        definition = definition.removeprefix(f"CREATE {word} {name} ")
    state = str(record.is_.get("enabled", ""))
    return Part(
        name=record.name,
        text=definition.replace(f" ON {record.parent} ", " ", 1),
        comment=read_tags(record.comment).text,
        note={"always": "also on a replica", "replica": "only on a replica"}.get(state, state),
    )


def _policy(record: Record) -> Part:
    is_ = record.is_
    words = [f"FOR {str(is_['command']).upper()}", f"TO {', '.join(is_['roles'])}"]
    words += [f"{word} ({is_[name]})" for name, word in (("using", "USING"), ("check", "WITH CHECK")) if name in is_]
    note = "restrictive" if is_.get("restrictive") else ""
    return Part(name=record.name, text=" ".join(words), comment=read_tags(record.comment).text, note=note)


def _partitions(parent: str, attached: Mapping[str, Sequence[Record]], depth: int = 0) -> Iterator[Part]:
    for record in attached.get(parent, ()):
        name = qualified(record.schema, record.name)
        yield Part(name=name, text=str(record.is_.get("bound", "")), depth=depth)
        yield from _partitions(name, attached, depth + 1)
