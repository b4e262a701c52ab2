"""A table without a primary key."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import CODE, Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import relation_name


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, node in source.each("create_stmt"):
        name = relation_name(node.relation)
        of_others = node.inh_relations or node.HasField("of_typename") or node.relation.relpersistence == "t"
        if of_others or any(e.WhichOneof("node") == "table_like_clause" for e in node.table_elts):
            continue
        if any(name.name.endswith(end) for end in ("_old", "_tmp", "_backup")) or not node.table_elts:
            continue
        tables = (source.known.table(name), context.wanted.table(name))
        if not any(t.primary_key or _has_other_identity(t.replica_identity) for t in tables if t):
            yield at(
                statement,
                f"{name} has no primary key: logical replication refuses its UPDATE and DELETE, and a row cannot be "
                "named",
                "id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY; or the columns that name a row: PRIMARY KEY (...)",
            )


def _has_other_identity(replica_identity: str) -> bool:
    return replica_identity in ("f", "i")


RULE = Rule(
    id="table-without-primary-key",
    title="A table without a primary key",
    severity=Severity.WARNING,
    why="Without a key a single row cannot be changed or deleted by name, doubles cannot be told apart, and a table in "
    "a publication takes no UPDATE or DELETE unless it has another replica identity.",
    help="add a primary key",
    page="ddl-constraints.html#DDL-CONSTRAINTS-PRIMARY-KEYS",
    check=_check,
    nodes=nodes("create_stmt"),
    roles=CODE,
)
