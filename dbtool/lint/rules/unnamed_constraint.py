"""A constraint is added without a name of its own."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import FORWARD, Rule, Seen, at, nodes
from dbtool.lint.source import Source

_NAMED = ("CHECK", "UNIQUE", "PRIMARY", "FOREIGN", "EXCLUSION")


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for command in source.altered("AddConstraint", new=True):
        if command.constraint in _NAMED and not command.definition.conname:
            yield at(
                command,
                f"this constraint of {command.table} has no name: the server makes one up, and a rollback or a later "
                "VALIDATE has to guess it",
                "ADD CONSTRAINT <name> ...",
            )


RULE = Rule(
    id="unnamed-constraint",
    title="A constraint is added without a name",
    severity=Severity.NOTE,
    why="The server makes a name up from the table and its columns, with a number where that is taken: it can differ "
    "from one database to the next, and a migration that drops or validates the constraint then fails on some of them.",
    help="ADD CONSTRAINT <name> ...",
    page="sql-altertable.html",
    check=_check,
    nodes=nodes("alter_table_stmt"),
    roles=FORWARD,
)
