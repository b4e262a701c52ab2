"""DETACH PARTITION without CONCURRENTLY."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import relation_name


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for command in source.altered("DetachPartition"):
        part = relation_name(command.definition.name)
        if command.definition.concurrent:
            continue
        yield at(
            command,
            f"DETACH PARTITION {part} takes ACCESS EXCLUSIVE on {command.table}: it waits for all who use any "
            "partition, and everyone else waits behind it",
            f"ALTER TABLE {command.table} DETACH PARTITION {part} CONCURRENTLY; in a migration of its own with -- "
            "transactional: false at the top (not while there is a default partition)",
        )


RULE = Rule(
    id="require-concurrent-partition-detach",
    title="DETACH PARTITION locks the whole partitioned table",
    severity=Severity.WARNING,
    why="DETACH PARTITION takes ACCESS EXCLUSIVE on the partitioned table. CONCURRENTLY (14 and newer) takes SHARE "
    "UPDATE EXCLUSIVE there, waits for the queries that are running, and stops nobody.",
    help="DETACH PARTITION ... CONCURRENTLY, in a migration of its own with -- transactional: false",
    page="sql-altertable.html#SQL-ALTERTABLE-DETACH-PARTITION",
    check=_check,
    nodes=nodes("alter_table_stmt"),
)
