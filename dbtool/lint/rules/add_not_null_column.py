"""A new column that is NOT NULL, and no value for the rows that are there."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.commands import column_constraints
from dbtool.lint.context import Context
from dbtool.lint.rule import Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import SERIAL, is_null, type_of
from dbtool.schema.names import quoted

_GIVES_A_VALUE = {"IDENTITY", "GENERATED"}


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for command in source.altered("AddColumn"):
        column = command.definition
        constraints = dict(column_constraints(column))
        refuses_null = "NOTNULL" in constraints or "PRIMARY" in constraints
        default = constraints.get("DEFAULT")
        has_value = default is not None and not is_null(default.raw_expr)
        if not refuses_null or has_value or _GIVES_A_VALUE & constraints.keys():
            continue
        if type_of(column.type_name).name in SERIAL:
            continue
        name = quoted(column.colname)
        yield at(
            command,
            f"column {name} of {command.table} is NOT NULL and has no default: this fails as soon as the table has a "
            "row",
            f"give it a constant default, which rewrites nothing: ADD COLUMN {name} <type> NOT NULL DEFAULT "
            "<constant>; or add it nullable, fill it in batches, then SET NOT NULL through a validated CHECK",
        )


RULE = Rule(
    id="add-not-null-column",
    title="A new NOT NULL column without a value for the rows that are there",
    severity=Severity.ERROR,
    why="ADD COLUMN gives the rows that are there the column's default. Without one they get null, which NOT NULL "
    "refuses: the statement works on the empty tables of a development database, and fails in production.",
    help="give it a constant default, or add it nullable, fill it in batches and then set NOT NULL",
    page="sql-altertable.html",
    check=_check,
    nodes=nodes("alter_table_stmt"),
)
