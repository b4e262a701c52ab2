"""A column's type becomes one that not all of its values fit."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context, before_of
from dbtool.lint.rule import Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import type_of
from dbtool.lint.type_changes import narrows
from dbtool.schema.names import quoted


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for command in source.altered("AlterColumnType"):
        table = before_of(source, context, command.table)
        old = table.columns.get(command.name) if table else None
        if old and (why := narrows(old.type, type_of(command.definition.type_name))):
            yield at(
                command,
                f"{quoted(command.name)} of {command.table}: {why}; a value that does not fit stops the statement, or "
                "is rounded or cut",
                "look for such values first, and put a CHECK (NOT VALID, then VALIDATE) in place of the narrower type",
            )


RULE = Rule(
    id="narrow-column",
    title="A column gets a type that not all of its values fit",
    severity=Severity.ERROR,
    why="The values that are there must fit the new type: text that is too long, or a number that is too large, fails "
    "the migration; fractions are rounded and times cut without a word. The old type is known from earlier migrations.",
    help="look for values that do not fit first; a CHECK says the same without a rewrite",
    page="sql-altertable.html",
    check=_check,
    nodes=nodes("alter_table_stmt"),
)
