"""CREATE INDEX CONCURRENTLY IF NOT EXISTS, which keeps an INVALID index."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import Name, listed_name, relation_name
from dbtool.parser import enum_word
from dbtool.schema.names import quoted


def _check(source: Source, context: Context) -> Iterator[Seen]:
    dropped = [
        listed_name(item.list.items)
        for _, node in source.each("drop_stmt")
        if enum_word(node, "remove_type") == "OBJECT_INDEX"
        for item in node.objects
    ]
    for statement, node in source.each("index_stmt"):
        name = Name(node.relation.schemaname, node.idxname)
        if not (node.concurrent and node.if_not_exists) or any(name.same(d) for d in dropped):
            continue
        yield at(
            statement,
            f"a build of {quoted(node.idxname)} that failed leaves an INVALID index, and IF NOT EXISTS keeps that one: "
            f"{relation_name(node.relation)} looks indexed and is not, and each write still pays for it",
            f"DROP INDEX CONCURRENTLY IF EXISTS {name}; before it, and no IF NOT EXISTS",
        )


RULE = Rule(
    id="concurrent-if-not-exists",
    title="IF NOT EXISTS keeps an INVALID index",
    severity=Severity.WARNING,
    why="CREATE INDEX CONCURRENTLY that is interrupted, or finds doubles, leaves its index INVALID: it is maintained "
    "at each write and used by no query. IF NOT EXISTS looks at the name alone.",
    help="DROP INDEX CONCURRENTLY IF EXISTS before it, and leave IF NOT EXISTS out",
    page="sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY",
    check=_check,
    nodes=nodes("index_stmt"),
)
