"""REINDEX without CONCURRENTLY."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.switch import is_on
from dbtool.lint.tree import options_of, relation_name


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, node in source.each("reindex_stmt"):
        concurrent = options_of(node.params).get("concurrently")
        if concurrent is not None and is_on(concurrent):
            continue
        if node.HasField("relation") and source.is_new(relation_name(node.relation), statement):
            continue
        yield at(
            statement,
            "REINDEX stops writes to the table until the index is built, and reads that would use the index",
            "REINDEX (CONCURRENTLY) ..., in a migration of its own with -- transactional: false at the top",
        )


RULE = Rule(
    id="require-concurrent-reindex",
    title="An index is rebuilt while nobody can write to the table",
    severity=Severity.ERROR,
    why="REINDEX holds SHARE on the table and ACCESS EXCLUSIVE on the index while it reads all rows: writers wait, and "
    "so do queries that would plan with the index. CONCURRENTLY builds a second index beside it.",
    help="REINDEX CONCURRENTLY, in a migration of its own with -- transactional: false",
    page="sql-reindex.html",
    check=_check,
    nodes=nodes("reindex_stmt"),
)
