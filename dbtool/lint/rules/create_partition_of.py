"""CREATE TABLE ... PARTITION OF a table that is in use."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context, known_of
from dbtool.lint.rule import Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import relation_name


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, node in source.each("create_stmt"):
        if not node.HasField("partbound"):
            continue
        parent, name = relation_name(node.inh_relations[0].range_var), relation_name(node.relation)
        if source.is_new(parent, statement):
            continue
        tables = (k.table(parent) for k in known_of(source, context))
        default = next((t.default_partition for t in tables if t and t.default_partition), None)
        scan = f", and {default}, its default partition, is read meanwhile" if default else ""
        yield at(
            statement,
            f"PARTITION OF takes ACCESS EXCLUSIVE on {parent}: nobody can use any of its partitions until the "
            f"transaction ends{scan}",
            f"CREATE TABLE {name} (LIKE {parent} INCLUDING ALL); then ALTER TABLE {parent} ATTACH PARTITION {name} FOR "
            "VALUES ...; which takes SHARE UPDATE EXCLUSIVE",
        )


RULE = Rule(
    id="create-partition-of",
    title="CREATE TABLE ... PARTITION OF locks the partitioned table",
    severity=Severity.WARNING,
    why="PARTITION OF takes ACCESS EXCLUSIVE on the parent: short, but behind one long query on any partition everyone "
    "waits. A table made by itself and then attached only takes SHARE UPDATE EXCLUSIVE there.",
    help="CREATE TABLE (LIKE ... INCLUDING ALL), then ATTACH PARTITION",
    page="ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE",
    check=_check,
    nodes=nodes("create_stmt"),
)
