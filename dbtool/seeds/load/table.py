"""The table that rows are copied into, as the catalog has it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dbtool.errors import UsageError
from dbtool.queries import query
from dbtool.spelling import close_words

if TYPE_CHECKING:
    from dbtool.db import Conn

_KINDS = {
    "v": "a view", "m": "a materialized view", "S": "a sequence", "i": "an index", "I": "an index",
    "c": "a composite type", "t": "a TOAST table",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column, as far as a value for it has to be known."""

    name: str
    type: str
    not_null: bool
    has_default: bool
    generated: bool
    is_array: bool
    is_json: bool
    holds_json: bool  # an array of json
    is_bytes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the name stands for: the row of queries/seed/table.sql."""

    oid: int
    schema: str
    name: str
    kind: str
    row_security: bool
    has_before: bool
    refers_to_itself: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The table and its columns, in their order."""

    found: Found
    columns: tuple[Column, ...]

    def __str__(self) -> str:
        return f"{self.found.schema}.{self.found.name}"

    @property
    def writable(self) -> tuple[str, ...]:
        """The columns that a row can have a value for."""
        return tuple(column.name for column in self.columns if not column.generated)


def read_table(conn: "Conn", name: str) -> Table:
    """Return the table that *name* stands for on this connection. Read-only. Raises UsageError, with close names."""
    import psycopg
    from psycopg.rows import class_row

    try:
        with conn.transaction(), conn.cursor(row_factory=class_row(Found)) as cursor:
            found = cursor.execute(query("seed/table"), {"name": name}).fetchone()
    except (
        psycopg.ProgrammingError,
        psycopg.NotSupportedError,
    ):  # no name at all: a..b, "a; to_regclass() of 14 and 15
        found = None
    if found is None:
        raise _unknown(name, [row[0] for row in conn.execute(query("seed/names")).fetchall()])
    with conn.cursor(row_factory=class_row(Column)) as cursor:
        columns = tuple(cursor.execute(query("seed/columns"), {"oid": found.oid}).fetchall())
    table = Table(found=found, columns=columns)
    _refuse(table)
    return table


def _unknown(name: str, names: Sequence[object]) -> UsageError:
    known = [str(known) for known in names]
    folded = {word.replace('"', "").lower(): word for word in known}
    close = folded.get(name.replace('"', "").lower()) or next(iter(close_words(name, known)), "")
    if close.startswith('"') or '."' in close:
        close += " (with its quotes: in a shell, inside of single ones)"
    return UsageError(
        f"there is no table {name} here",
        hint=f"did you mean {close}?" if close else "dbtool tables lists them; migrate first? dbtool migrate",
    )


def _refuse(table: Table) -> None:
    found = table.found
    if kind := _KINDS.get(found.kind):
        if found.kind == "v" and found.has_before:
            return  # INSTEAD OF: COPY takes it
        raise UsageError(f"{table} is {kind}: rows can be imported into a table alone")
    if found.row_security:
        raise UsageError(
            f"COPY cannot write to {table} as this role: row-level security applies to it",
            hint="connect as the table's owner (without FORCE ROW LEVEL SECURITY) or as a role with BYPASSRLS",
        )
