"""CLUSTER."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import relation_name


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, node in source.each("cluster_stmt"):
        name = relation_name(node.relation) if node.HasField("relation") else None
        if name is not None and source.is_new(name, statement):
            continue
        yield at(
            statement,
            f"CLUSTER writes {name or 'every clustered table'} anew in the order of an index, while nobody can use it",
            "pg_repack --order-by does the same without the lock",
        )


RULE = Rule(
    id="cluster-table",
    title="CLUSTER writes a table anew, while nobody can use it",
    severity=Severity.ERROR,
    why="CLUSTER copies the table in the order of an index, and builds all indexes anew, under ACCESS EXCLUSIVE.",
    help="pg_repack --order-by",
    page="sql-cluster.html",
    check=_check,
    nodes=nodes("cluster_stmt"),
)
