"""An index on a partitioned table, which cannot be built CONCURRENTLY."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context, is_partitioned
from dbtool.lint.rule import Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import relation_name


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, node in source.each("index_stmt"):
        table = relation_name(node.relation)
        if source.is_new(table, statement) or not is_partitioned(source, context, table):
            continue
        if node.concurrent:
            yield at(statement, f"{table} is partitioned: CREATE INDEX CONCURRENTLY fails on it", _way(str(table)))
        elif node.relation.inh:
            yield at(
                statement,
                f"{table} is partitioned: CREATE INDEX stops writes to all its partitions until each of them has the "
                "index",
                _way(str(table)),
            )


def _way(table: str) -> str:
    return (
        f"CREATE INDEX <name> ON ONLY {table} (...); then, for each partition in a migration with -- transactional: "
        "false, CREATE INDEX CONCURRENTLY <name of its own> ON <partition> (...); and ALTER INDEX <name> ATTACH "
        "PARTITION <that>;"
    )


RULE = Rule(
    id="index-on-partitioned-table",
    title="An index on a partitioned table locks all partitions",
    severity=Severity.ERROR,
    why="CREATE INDEX on a partitioned table builds one on each partition in one transaction, and holds all of them "
    "against writes until the last is done; CONCURRENTLY is not possible there. ON ONLY makes an empty index, to which "
    "those of the partitions, each built CONCURRENTLY, are attached.",
    help="ON ONLY the table, CONCURRENTLY on each partition, then ATTACH",
    page="ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE",
    check=_check,
    nodes=nodes("index_stmt"),
)
