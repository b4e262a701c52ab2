"""An exclusion constraint is added to a table that is there."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import Rule, Seen, at, nodes
from dbtool.lint.source import Source


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for command in source.altered("AddConstraint"):
        if command.constraint == "EXCLUSION":
            yield at(
                command,
                f"the exclusion constraint builds its index over all of {command.table}, while nobody can use it",
                "there is no online form: make a new table with the constraint, copy the rows over in batches, swap "
                "the names; or do it in a window; WITHOUT OVERLAPS (18) has the same cost",
            )


RULE = Rule(
    id="add-exclusion",
    title="An exclusion constraint builds its index while nobody can use the table",
    severity=Severity.ERROR,
    why="EXCLUDE builds its index over all rows under ACCESS EXCLUSIVE. It can neither be NOT VALID nor take an index "
    "that was built CONCURRENTLY before.",
    help="make a new table with the constraint and move the rows over, or do it in a window",
    page="sql-altertable.html",
    check=_check,
    nodes=nodes("alter_table_stmt"),
)
