"""Indexes, and those of partitions attached to their parents': how they are made, altered and dropped. Pure.

The index of a constraint is told here, without a definition, for what the constraint does not say: its options,
tablespace, statistics targets.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dbtool.schema.catalog import Key, Record
from dbtool.schema.kinds.constraint_words import is_attached, is_partitioned
from dbtool.schema.kinds.definitions import option_changes, option_words
from dbtool.schema.kinds.kind import Kind, named
from dbtool.schema.names import quoted
from dbtool.schema.statement import Hazard, Statement, statements
from dbtool.schema.whole import Schema


def _create(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    if "definition" not in record.is_:
        return _alter(replace(record, is_={}), record, wanted, wanted) or []
    return [Statement(_definition(record)), *_set_statistics(record, {})]


def _definition(record: Record) -> str:
    """Return CREATE INDEX with options and tablespace where they belong: before WHERE.

    An index is built by its options (fillfactor, pages_per_range), so setting them afterwards is not the same.
    """
    where = f" WHERE {record.is_['where']}" if "where" in record.is_ else ""
    words = [record.is_["definition"].removesuffix(where)]
    if "options" in record.is_:
        words.append(f"WITH ({', '.join(option_words(record.is_['options']))})")
    if "tablespace" in record.is_:
        words.append(f"TABLESPACE {quoted(record.is_['tablespace'])}")
    return " ".join(words) + where


def _set_options(record: Record, old: Mapping[str, str]) -> list[Statement]:
    changed, gone = option_changes(old, record.is_.get("options", {}))
    made = statements(f"ALTER INDEX {named(record)} RESET ({', '.join(gone)})") if gone else []
    return made + (statements(f"ALTER INDEX {named(record)} SET ({', '.join(changed)})") if changed else [])


def _set_tablespace(record: Record) -> list[Statement]:
    place = quoted(record.is_.get("tablespace", "pg_default"))
    hazard = Hazard("move-index", f"copies the index {named(record)}, while nobody can use its table")
    return [Statement(f"ALTER INDEX {named(record)} SET TABLESPACE {place}", (hazard,))]


def _set_statistics(record: Record, old: Mapping[str, int]) -> list[Statement]:
    new: Mapping[str, int] = record.is_.get("statistics", {})
    numbers = sorted((n for n in old.keys() | new.keys() if old.get(n) != new.get(n)), key=int)
    change = f"ALTER INDEX {named(record)} ALTER COLUMN"
    return statements(*(f"{change} {number} SET STATISTICS {new.get(number, -1)}" for number in numbers))


def _alter(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement] | None:
    if any(old.is_.get(name) != new.is_.get(name) for name in ("definition", "where")):
        return None
    # of a partitioned table it says that something is not attached yet; an index that is broken is built anew
    if "valid" in old.is_ and "valid" not in new.is_ and not is_partitioned(new, wanted):
        return None
    made = _set_options(new, old.is_.get("options", {}))
    if old.is_.get("tablespace") != new.is_.get("tablespace"):
        made += _set_tablespace(new)
    return made + _set_statistics(new, old.is_.get("statistics", {}))


def _drop(record: Record, current: Schema) -> list[Statement]:
    if "definition" not in record.is_:
        bare = replace(record, is_={})
        return _alter(record, bare, current, current) or []
    if is_attached(record, current):
        return []
    cascade = " CASCADE" if _has_constraints(record.key, current) else ""
    return statements(f"DROP INDEX {named(record)}{cascade}")


def _has_constraints(index: Key, current: Schema) -> bool:
    """Say whether constraints of partitions have their indexes attached, which go with it only if that is said."""
    own = ("index attachment", *index[1:])
    attachments = (k for k in current.dependents.get(index, ()) if k[0] == own[0] and k != own)
    return any(
        ("constraint", *key[1:]) in current.parts or _has_constraints(("index", *key[1:]), current)
        for key in attachments
    )


def _attach(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    return statements(f"ALTER INDEX {record.is_['partition of']} ATTACH PARTITION {named(record)}")


def _detach(record: Record, current: Schema) -> list[Statement]:
    """Return nothing: an index is attached as long as it is there, or its table is a partition."""
    return []


def concurrently(statement: Statement) -> Statement:
    """Return CREATE INDEX in the form that lets others write meanwhile; not for those of partitioned tables.

    >>> concurrently(Statement("CREATE UNIQUE INDEX i ON app.t USING btree (a)")).sql
    'CREATE UNIQUE INDEX CONCURRENTLY i ON app.t USING btree (a)'
    """
    return _concurrent(statement, "CREATE INDEX ", "CREATE UNIQUE INDEX ")


def drop_concurrently(statement: Statement) -> Statement:
    """Return DROP INDEX in the form that lets others use the table meanwhile; not for those of partitioned tables."""
    return _concurrent(statement, "DROP INDEX ")


def _concurrent(statement: Statement, *starts: str) -> Statement:
    for start in starts:
        if statement.sql.startswith(start):
            return replace(statement, sql=f"{start}CONCURRENTLY {statement.sql.removeprefix(start)}", alone=True)
    return statement


KINDS: Mapping[str, Kind] = {
    "index": Kind(word="INDEX", create=_create, alter=_alter, drop=_drop),
    "index attachment": Kind(word="INDEX", create=_attach, drop=_detach),
}
