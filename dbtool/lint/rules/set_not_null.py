"""SET NOT NULL on a column, without a validated CHECK that spares the scan."""

from collections.abc import Iterator
from typing import Any

from dbtool.finding import Severity
from dbtool.lint.commands import Command
from dbtool.lint.context import Context
from dbtool.lint.known import Known
from dbtool.lint.rule import Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import columns_in
from dbtool.parser import node_name
from dbtool.schema.names import quoted


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for command in source.altered("SetNotNull", "AddConstraint"):
        if command.kind == "AddConstraint":
            if command.constraint != "NOTNULL" or command.definition.skip_validation:
                continue
            column = command.definition.keys[0].string.sval
        else:
            column = command.name
        if any(_is_proved(known, command, column) for known in (source.known, context.before(source.path))):
            continue
        name = quoted(column)
        yield at(
            command,
            f"SET NOT NULL on {name} reads all of {command.table} while nobody can use it",
            _help(str(command.table), name, context.version),
        )


def _help(table: str, name: str, version: int) -> str:
    if version >= 18:
        return (
            f"ALTER TABLE {table} ADD CONSTRAINT <name> NOT NULL {name} NOT VALID; and, in a migration of its own, "
            f"ALTER TABLE {table} VALIDATE CONSTRAINT <name>;"
        )
    return (
        f"ALTER TABLE {table} ADD CONSTRAINT <name> CHECK ({name} IS NOT NULL) NOT VALID; then, in a migration of its "
        f"own, ALTER TABLE {table} VALIDATE CONSTRAINT <name>; then SET NOT NULL, which trusts it, and drop the "
        "constraint"
    )


def _is_proved(known: Known, command: Command, column: str) -> bool:
    table = known.table(command.table)
    return table is not None and any(
        (c.kind == "CHECK" and c.validated and says_not_null(c.expression, column))
        or (c.kind == "PRIMARY" and column in c.columns)
        or (c.kind == "NOTNULL" and c.validated and column in c.columns and command.kind == "SetNotNull")
        for c in table.constraints
    )


def says_not_null(expression: Any, column: str) -> bool:
    """Return whether a CHECK says that *column* is not null: alone, or beside other conditions that hold as well."""
    kind = node_name(expression)
    if kind == "null_test":
        test = expression.null_test
        return test.nulltesttype == 2 and columns_in(test.arg) == frozenset((column,))  # IS_NOT_NULL
    if kind == "bool_expr" and expression.bool_expr.boolop == 1:  # AND_EXPR
        return any(says_not_null(part, column) for part in expression.bool_expr.args)
    return False


RULE = Rule(
    id="set-not-null",
    title="SET NOT NULL reads the whole table while nobody can use it",
    severity=Severity.ERROR,
    why="The rows are read under ACCESS EXCLUSIVE to see that none is null. PostgreSQL 12 and newer skip that where a "
    "valid CHECK (column IS NOT NULL) is there, and VALIDATE CONSTRAINT reads them without stopping anyone. 18 can add "
    "NOT NULL itself NOT VALID.",
    help="add CHECK (column IS NOT NULL) NOT VALID, validate it in a migration of its own, then SET NOT NULL",
    page="sql-altertable.html",
    check=_check,
    nodes=nodes("alter_table_stmt"),
)
