"""An index is built on a table that is there, without CONCURRENTLY."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context, is_partitioned
from dbtool.lint.rule import Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import relation_name


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, node in source.each("index_stmt"):
        table = relation_name(node.relation)
        if node.concurrent or source.is_new(table, statement) or is_partitioned(source, context, table):
            continue
        if not node.relation.inh:  # ON ONLY a partitioned table: an empty index, made in an instant
            continue
        yield at(
            statement,
            f"CREATE INDEX stops all writes to {table} until the index is built",
            "CREATE INDEX CONCURRENTLY, in a migration of its own with -- transactional: false at the top",
        )


RULE = Rule(
    id="require-concurrent-index-creation",
    title="An index is built while nobody can write to the table",
    severity=Severity.ERROR,
    why="CREATE INDEX holds SHARE on the table while it reads and sorts all rows: readers go on, writers wait. "
    "CONCURRENTLY takes longer and stops nobody; it cannot run in a transaction, and leaves an INVALID index behind "
    "where it fails.",
    help="CREATE INDEX CONCURRENTLY, in a migration of its own with -- transactional: false",
    page="sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY",
    check=_check,
    nodes=nodes("index_stmt"),
)
