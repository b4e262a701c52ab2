"""DROP OWNED: all that a role owns goes."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import Rule, Seen, at, nodes
from dbtool.lint.source import Source


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, _ in source.each("drop_owned_stmt"):
        yield at(
            statement,
            "DROP OWNED drops each table that the role owns in this database, and takes its privileges away",
            "REASSIGN OWNED BY <role> TO <other>; before it, so that only the privileges go",
        )


RULE = Rule(
    id="drop-owned",
    title="All that a role owns is dropped",
    severity=Severity.ERROR,
    why="DROP OWNED names no table: what it drops depends on who made what, and differs from one database to the next.",
    help="REASSIGN OWNED first",
    page="sql-drop-owned.html",
    check=_check,
    nodes=nodes("drop_owned_stmt"),
)
