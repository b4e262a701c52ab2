"""DROP DATABASE."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.schema.names import quoted


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, node in source.each("dropdb_stmt"):
        yield at(
            statement,
            f"drops the database {quoted(node.dbname)}",
            "a migration changes the database it runs in; `dbtool drop` drops one, and asks first",
        )


RULE = Rule(
    id="drop-database",
    title="A database is dropped",
    severity=Severity.ERROR,
    why="A migration runs against one database, in each environment: what it drops beside that is nobody's to foresee.",
    help="`dbtool drop` drops a database, and asks first",
    page="sql-dropdatabase.html",
    check=_check,
    nodes=nodes("dropdb_stmt"),
)
