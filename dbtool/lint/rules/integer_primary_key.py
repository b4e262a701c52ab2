"""A generated primary key of four bytes or less."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.commands import column_constraints
from dbtool.lint.context import Context
from dbtool.lint.rule import CODE, Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.schema.names import quoted

_SMALL_SERIAL = ("serial", "serial4", "smallserial", "serial2")
_SMALL_INTEGERS = ("int4", "int2")
_SMALL = frozenset((*_SMALL_SERIAL, *_SMALL_INTEGERS))


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for column in source.columns:
        if column.type_name not in _SMALL or column.temporary:
            continue
        kinds = {kind for kind, _ in column_constraints(column.node)}
        table = source.known.table(column.table)
        key = table.primary_key if table else None
        is_key = "PRIMARY" in kinds or (key is not None and key.columns == (column.name,))
        counts = column.type_name in _SMALL_SERIAL or (column.type_name in _SMALL_INTEGERS and "IDENTITY" in kinds)
        plain = column.type_name in _SMALL_INTEGERS and is_key
        if counts or plain:
            end = "32,767" if column.type_name in ("int2", "smallserial", "serial2") else "2,147,483,647"
            yield at(
                column,
                f"{quoted(column.name)} of {column.table} ends at {end}: sequences also count what is rolled back, and "
                "the way to bigint writes the table anew",
                f"{quoted(column.name)} bigint GENERATED ALWAYS AS IDENTITY",
            )


RULE = Rule(
    id="integer-primary-key",
    title="A key that runs out of numbers",
    severity=Severity.WARNING,
    why="A sequence moves on for each INSERT, also for those that fail or meet ON CONFLICT. When an integer key is "
    "full, every INSERT fails; the change to bigint then writes the table, its indexes and those that reference it "
    "anew.",
    help="use bigint",
    page="datatype-numeric.html#DATATYPE-INT",
    check=_check,
    nodes=nodes("create_stmt", "alter_table_stmt"),
    roles=CODE,
)
