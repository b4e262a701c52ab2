"""SET LOGGED and SET UNLOGGED: a logged table refers to none that is not, so of several one comes first. Pure."""

from collections.abc import Iterator

from dbtool.schema.catalog import Key, Record
from dbtool.schema.kinds import rows
from dbtool.schema.kinds.kind import named
from dbtool.schema.kinds.relatives import table_of
from dbtool.schema.statement import Statement
from dbtool.schema.whole import Schema


def alter_persistence(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement]:
    """Return what changes a table, after those that have to be changed before it.

    Nothing where it is done with another.
    """
    if old.is_.get("persistence") == new.is_.get("persistence"):
        return []
    unlogged = "persistence" in new.is_
    if any(_changing(_tied(new, wanted, referring=not unlogged), current, wanted, unlogged)):
        return []
    return list(dict.fromkeys(_in_order(new, current, wanted, unlogged, frozenset())))


def _in_order(
    table: Record, current: Schema, wanted: Schema, unlogged: bool, seen: frozenset[Key]
) -> Iterator[Statement]:
    for other in _changing(_tied(table, wanted, referring=unlogged), current, wanted, unlogged):
        if other.key not in seen:
            yield from _in_order(other, current, wanted, unlogged, seen | {table.key})
    word = "UNLOGGED" if unlogged else "LOGGED"
    yield Statement(
        f"ALTER TABLE {named(table)} SET {word}", (rows.rewrite_table(named(table), "copies all its rows"),)
    )


def _changing(tables: Iterator[Record], current: Schema, wanted: Schema, unlogged: bool) -> Iterator[Record]:
    """Yield those that become so too."""
    for table in tables:
        before = current.parts.get(table.key)
        if before and ("persistence" in before.is_) != unlogged and ("persistence" in table.is_) == unlogged:
            yield table


def _tied(table: Record, schema: Schema, *, referring: bool) -> Iterator[Record]:
    """Yield the tables that refer to *table*, or those that it refers to."""
    children = schema.children.get(named(table), ())
    if referring:
        keys = [key for child in children for key in schema.dependents.get(child.key, ())]
        others = [schema.parts[key] for key in keys if _is_foreign_key(schema.parts[key])]
    else:
        others = [schema.parts[k] for c in children if _is_foreign_key(c) for k in schema.needs.get(c.key, ())]
    for other in others:
        found = table_of(other, schema)
        if found is not None and found.key != table.key:
            yield found


def _is_foreign_key(record: Record) -> bool:
    return record.kind == "constraint" and record.is_["type"] == "foreign key"
