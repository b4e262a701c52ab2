"""The line of a column in CREATE TABLE and after ADD COLUMN, and the settings that only ALTER can say. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dbtool.schema.catalog import Record
from dbtool.schema.kinds.constraint_words import fits_create_table, not_null_column
from dbtool.schema.kinds.definitions import in_parentheses, option_changes
from dbtool.schema.kinds.identity import has_own_identity, identity_clause
from dbtool.schema.kinds.relatives import only, table_of
from dbtool.schema.kinds.retyping import default_storage
from dbtool.schema.names import literal, made_name, quoted, unquoted
from dbtool.schema.statement import Statement
from dbtool.schema.whole import Schema

VIEWS = ("view", "materialized view")


def alter_words(column: Record, *schemas: Schema, alone: bool = True) -> str:
    """Return ALTER TABLE t ALTER COLUMN c; *alone*: not for the tables that inherit it."""
    table = table_of(column, schemas[-1])
    word = table.kind.upper() if table else "TABLE"
    those = only(column, *schemas) if alone and word not in ("VIEW", "MATERIALIZED VIEW") else ""
    return f"ALTER {word} {those}{column.parent} ALTER COLUMN {quoted(column.name)}"


def column_line(
    column: Record, wanted: Schema, *, default: str | None, not_null: Record | None, typed: bool = False
) -> str:
    """Return the column as CREATE TABLE has it; of a *typed* table what it adds to its type's, or "".

    *not_null* is the constraint's record (18), where it is to be made here.
    """
    words = list(_values(column, default))
    if said := _not_null(column, not_null, wanted):
        words.insert(0, said)
    if typed:
        return f"{quoted(column.name)} WITH OPTIONS {' '.join(words)}" if words else ""
    return " ".join([quoted(column.name), *_type(column, wanted), *words])


def _type(column: Record, wanted: Schema) -> Iterator[str]:
    is_ = column.is_
    yield is_["type"]
    if "storage" in is_ and wanted.version >= 160000:
        yield f"STORAGE {is_['storage'].upper()}"
    if "compression" in is_:
        yield f"COMPRESSION {is_['compression']}"
    if "foreign options" in is_:
        yield foreign_options(is_["foreign options"])
    if "collation" in is_:
        yield f"COLLATE {is_['collation']}"


def _values(column: Record, default: str | None) -> Iterator[str]:
    is_ = column.is_
    if "generated as" in is_:
        yield f"GENERATED ALWAYS AS {in_parentheses(is_['generated'])} {is_['generated as'].upper()}"
    elif has_own_identity(is_):
        yield identity_clause(column)
    elif default is not None:
        yield f"DEFAULT {default}"


def _not_null(column: Record, constraint: Record | None, wanted: Schema) -> str:
    implied = has_own_identity(column.is_)
    if wanted.version < 180000:
        return "NOT NULL" if column.is_.get("not null") and not implied else ""
    if constraint is None:
        return ""
    if constraint.name == made_name(unquoted(column.parent)[1], column.name, "not_null"):
        return "" if implied else "NOT NULL"
    return f"CONSTRAINT {quoted(constraint.name)} NOT NULL"


def not_null_of(column: Record, constraints: Sequence[Record]) -> Record | None:
    """Return the NOT NULL among *constraints* that can stand in the column's own line (18)."""
    for record in constraints:
        plain = record.kind == "constraint" and record.is_["type"] == "not null" and fits_create_table(record)
        if plain and not record.is_["definition"].endswith(" NO INHERIT") and is_on(record, column):
            return record
    return None


def is_on(constraint: Record, column: Record) -> bool:
    """Return whether a 'not null' constraint is on this column."""
    return constraint.parent == column.parent and unquoted(not_null_column(constraint)) == (column.name,)


# What column_line() says already.
_SAID = ("type", "collation", "compression", "foreign options")


def settings_of(
    column: Record, alter: str, wanted: Schema, *, given: Mapping[str, Any] | None = None
) -> list[Statement]:
    """Return what gives a column that was just made its further settings.

    *given*: what it was made with: without, what its line says.
    """
    if given is None:
        said = _SAID if wanted.version < 160000 else (*_SAID, "storage")
        given = {name: column.is_[name] for name in said if name in column.is_}
    return settings(given, column.is_, alter, wanted)


def settings(old: Mapping[str, Any], new: Mapping[str, Any], alter: str, wanted: Schema) -> list[Statement]:
    """Return what turns the settings of a column into others; *alter* is ALTER TABLE t ALTER COLUMN c."""
    return [Statement(f"{alter} {words}") for words in _settings(old, new, wanted)]


def _settings(old: Mapping[str, Any], new: Mapping[str, Any], wanted: Schema) -> Iterator[str]:
    if any(old.get(name) != new.get(name) for name in ("type", "collation")):
        old = {**old, "storage": None, "compression": None}  # which ALTER COLUMN TYPE forgets
    if old.get("storage") != new.get("storage"):
        yield f"SET STORAGE {_storage(new, wanted)}"
    if old.get("compression") != new.get("compression"):
        yield f"SET COMPRESSION {new.get('compression', 'DEFAULT')}"
    if old.get("statistics") != new.get("statistics"):
        yield f"SET STATISTICS {new.get('statistics', -1)}"
    changed, gone = option_changes(old.get("options", {}), new.get("options", {}))
    if gone:
        yield f"RESET ({', '.join(gone)})"
    if changed:
        yield f"SET ({', '.join(changed)})"
    if old.get("foreign options") != new.get("foreign options"):
        yield foreign_option_changes(old.get("foreign options", {}), new.get("foreign options", {}))


def _storage(new: Mapping[str, Any], wanted: Schema) -> str:
    if "storage" in new:
        return str(new["storage"]).upper()
    return "DEFAULT" if wanted.version >= 160000 else default_storage(new.get("type", "text"), wanted)


def foreign_options(options: Mapping[str, str]) -> str:
    """Return the OPTIONS clause of a foreign table or column.

    >>> foreign_options({"table_name": "it's"})
    "OPTIONS (table_name 'it''s')"
    """
    return f"OPTIONS ({', '.join(f'{quoted(name)} {literal(value)}' for name, value in sorted(options.items()))})"


def foreign_option_changes(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """Return the OPTIONS clause that turns *old* into *new*.

    >>> foreign_option_changes({"a": "1", "b": "2"}, {"b": "3", "c": "4"})
    "OPTIONS (DROP a, SET b '3', ADD c '4')"
    """
    words = [f"DROP {quoted(name)}" for name in sorted(old.keys() - new.keys())]
    for name, value in sorted(new.items()):
        if old.get(name) != value:
            words.append(f"{'SET' if name in old else 'ADD'} {quoted(name)} {literal(value)}")
    return f"OPTIONS ({', '.join(words)})"
