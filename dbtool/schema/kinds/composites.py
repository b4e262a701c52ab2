"""Composite types: made, and their attributes added, dropped and altered in place where no order is disturbed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from dbtool.schema.catalog import Key, Record
from dbtool.schema.kinds.kind import named
from dbtool.schema.kinds.layout import in_lines, listed
from dbtool.schema.names import literal, quoted, unquoted
from dbtool.schema.statement import Hazard, Statement, Unmanageable, statements
from dbtool.schema.whole import Schema

Attribute = Mapping[str, Any]

_ROWS = frozenset({"column", "table", "foreign table", "materialized view"})
# What goes on working when an attribute of a type that it uses gets another type.
_BEAR_IT = frozenset({"function", "procedure", "aggregate", "cast", "operator", "operator class", "operator family"})


def create(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    """Return what makes the composite type *record*."""
    attributes = _attributes(record)
    clauses = listed(map(_clause, attributes.values())) if attributes else "()"
    return statements(f"CREATE TYPE {named(record)} AS {clauses}", *_comments(record, {}, attributes))


def alter(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement] | None:
    """Return what changes the attributes, None where they are not the old ones in order and then new ones."""
    before, after = _attributes(old), _attributes(new)
    kept = [name for name in before if name in after]
    retyped = [name for name in kept if _clause(before[name]) != _clause(after[name])]
    users = set(users_of(old.key, current))
    # "cannot alter type because column uses it" (find_composite_type_dependencies), nor where a view reads it
    if list(after)[: len(kept)] != kept or (retyped and not all(_bears_it(key, current) for key in users)):
        return _rebuilt(old, new, users, current)
    gone = [name for name in before if name not in after]
    follow = " CASCADE" if _typed_tables(new, current) else ""
    changes = [
        *(f"DROP ATTRIBUTE {quoted(name)}{follow}" for name in gone),
        *(f"ALTER ATTRIBUTE {quoted(name)} TYPE {_type(after[name])}{follow}" for name in retyped),
        *(f"ADD ATTRIBUTE {_clause(after[name])}{follow}" for name in after if name not in before),
    ]
    comments = statements(*_comments(new, before, after))
    if not changes:
        return comments
    hazards = _lost(new, gone) if gone and any(kind in _ROWS for kind, *_ in users) else ()
    return [Statement(f"ALTER TYPE {named(new)}{in_lines(changes)}", hazards=hazards), *comments]


def _rebuilt(old: Record, new: Record, users: Iterable[Key], current: Schema) -> None:
    """Say that the type is to be made anew, where each row can be: by its text, or else by by_attributes()."""
    if list(_attributes(old)) == list(_attributes(new)):
        return
    columns = (current.parts[key] for key in users if key[0] == "column")
    others = sorted(f"{c.parent}.{quoted(c.name)}" for c in columns if c.is_.get("type") != named(old))
    if others:
        raise Unmanageable(
            f"The attributes of {named(old)} change their places, and there are columns that have it inside of "
            f"something else: {', '.join(others)}. "
            "Put new attributes at the end, or move the rows by hand (dbtool new)."
        )


def by_attributes(column: str, type: str, current: Schema, wanted: Schema) -> str:
    """Return the USING clause that gives each attribute its own value; "" where the text of a row does that as well."""
    names = unquoted(type)
    old, new = (side.parts.get(("type", names[0], "", names[-1])) for side in (current, wanted))
    if old is None or new is None or list(_attributes(old)) == list(_attributes(new)):
        return ""
    values = [_value(_attributes(old).get(name), attribute, column) for name, attribute in _attributes(new).items()]
    # a row of nothing but NULL IS NULL as well: only DISTINCT tells the two
    return f" USING CASE WHEN {column} IS DISTINCT FROM NULL THEN ROW({', '.join(values)})::{named(new)} END"


def _value(old: Attribute | None, new: Attribute, column: str) -> str:
    if old is None:
        return f"NULL::{new['type']}"
    value = f"({column}).{quoted(new['name'])}"
    own = "." in new["type"]  # may be made anew itself
    return f"{value}::text::{new['type']}" if own or old["type"] != new["type"] else value


def _attributes(record: Record) -> dict[str, Attribute]:
    return {attribute["name"]: attribute for attribute in record.is_.get("attributes", ())}


def _clause(attribute: Attribute) -> str:
    return f"{quoted(attribute['name'])} {_type(attribute)}"


def _type(attribute: Attribute) -> str:
    collation = f" COLLATE {attribute['collation']}" if "collation" in attribute else ""
    return f"{attribute['type']}{collation}"


def _comments(record: Record, before: Mapping[str, Attribute], after: Mapping[str, Attribute]) -> Iterator[str]:
    for name, attribute in after.items():
        comment = attribute.get("comment")
        if comment != before.get(name, {}).get("comment"):
            text = "NULL" if comment is None else literal(comment)
            yield f"COMMENT ON COLUMN {named(record)}.{quoted(name)} IS {text}"


def _lost(record: Record, gone: Sequence[str]) -> tuple[Hazard, ...]:
    which = "the attribute" if len(gone) == 1 else "the attributes"
    names = ", ".join(map(quoted, gone))
    return (Hazard("drop-attribute", f"The type {named(record)} loses {which} {names}, with what rows hold of it."),)


def users_of(key: Key, schema: Schema) -> Iterator[Key]:
    """Yield what is of a type, directly or through other types."""
    seen = {key}
    todo = [key]
    while todo:
        for other in schema.dependents.get(todo.pop(), frozenset()) - seen:
            seen.add(other)
            yield other
            if other[0] == "type":
                todo.append(other)


def _bears_it(key: Key, schema: Schema) -> bool:
    # a body that the server has parsed depends on the attribute
    return key[0] in _BEAR_IT and "sql body" not in schema.parts[key].is_


def _typed_tables(record: Record, current: Schema) -> bool:
    tables = (schema_part for schema_part in current.parts.values() if schema_part.kind == "table")
    return any(table.is_.get("of type") == named(record) for table in tables)
