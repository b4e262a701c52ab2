"""A column is dropped, and its data with it."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import FORWARD, Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.schema.names import quoted


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for command in source.altered("DropColumn"):
        yield at(
            command,
            f"drops {quoted(command.name)} of {command.table} and all its values, and breaks each running client that "
            "still names it",
            "stop using it, release that, then drop it in a later migration: which says so: -- dbtool: allow "
            "drop-column because <since when nobody uses it>",
        )


RULE = Rule(
    id="drop-column",
    title="A column is dropped, and its data with it",
    severity=Severity.ERROR,
    why="The values are gone at once, and no rollback brings them back. Clients that were released before still name "
    "the column, also those that read SELECT * into a fixed shape or prepared the statement, and fail until they are "
    "replaced.",
    help="first release clients that do not use it, then drop it and say why it is safe",
    page="sql-altertable.html",
    check=_check,
    nodes=nodes("alter_table_stmt"),
    roles=FORWARD,
)
