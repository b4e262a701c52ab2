"""What becomes of the rows that are there: the hazards of tables and columns. Pure."""

from collections.abc import Iterator
from typing import Any

from dbtool.schema.catalog import Record
from dbtool.schema.kinds.kind import named
from dbtool.schema.names import quoted
from dbtool.schema.statement import Hazard


def drop_table(record: Record) -> Hazard:
    """Return the hazard of losing a table."""
    return Hazard("drop-table", f"drops the table {named(record)} with all its rows")


def drop_column(record: Record) -> Hazard:
    """Return the hazard of losing a column."""
    return Hazard("drop-column", f"drops the column {_column(record)} with all that is in it")


def narrow_column(old: Record, new: Record) -> Hazard:
    """Return the hazard of a type that not all values fit."""
    change = f"from {old.is_['type']} to {new.is_['type']}"
    return Hazard("narrow-column", f"changes {_column(new)} {change}: values may be cut, or be refused")


def rewrite_table(table: str, why: str) -> Hazard:
    """Return the hazard of a table that is written anew; *table* is its quoted name."""
    return Hazard("rewrite-table", f"{why}: writes {table} anew, and nobody can read it meanwhile")


def not_null(record: Record) -> Hazard:
    """Return the hazard of NOT NULL on a column that is there."""
    return Hazard("set-not-null", f"reads all of {record.parent}, and fails where {quoted(record.name)} is NULL")


def new_not_null(record: Record) -> Hazard:
    """Return the hazard of a new column that no row has a value for."""
    return Hazard("add-not-null-column", f"fails where {record.parent} has rows: {_column(record)} has no default")


def _column(record: Record) -> str:
    return f"{record.parent}.{quoted(record.name)}"


# Those that a default may call and that are not the same for all rows of a statement (provolatile 'v').
_VOLATILE = frozenset({
    "random", "random_normal", "gen_random_uuid", "uuidv4", "uuidv7", "clock_timestamp", "timeofday", "nextval",
    "currval", "lastval", "setval", "txid_current", "pg_current_xact_id",
})  # fmt: skip


def is_volatile(expression: str) -> bool:
    """Return whether a column with this default, when it is added, may have each row written anew.

    What is not PostgreSQL's own function is taken to be volatile, as it is when it does not say otherwise.

    >>> [is_volatile(e) for e in ("now()", "'nextval()'::text", "random() + 1", "app.new_id()")]
    [False, False, True, True]
    """
    from dbtool.parser import SyntaxRefused, syntax_tree

    try:
        tree = syntax_tree(f"SELECT {expression}".encode())
    except SyntaxRefused:
        return True
    return any(schema not in ("", "pg_catalog") or name in _VOLATILE for schema, name in _calls(tree))


def _calls(tree: Any) -> Iterator[tuple[str, str]]:
    """Yield the functions that are called in a syntax tree, by schema, "" for none, and name."""
    if tree.DESCRIPTOR.name == "FuncCall":
        names: list[str] = [name.string.sval for name in tree.funcname]
        yield names[0] if len(names) > 1 else "", names[-1]
    for field, value in tree.ListFields():
        if field.message_type is None:
            continue
        for message in value if field.is_repeated else (value,):
            yield from _calls(message)
