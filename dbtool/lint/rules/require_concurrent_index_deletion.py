"""An index is dropped without CONCURRENTLY."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import FORWARD, Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import listed_name
from dbtool.parser import enum_word


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, node in source.each("drop_stmt"):
        if enum_word(node, "remove_type") != "OBJECT_INDEX" or node.concurrent:
            continue
        names = [listed_name(item.list.items) for item in node.objects]
        old = [name for name in names if not source.is_new(name, statement)]
        if old:
            yield at(
                statement,
                f"DROP INDEX {', '.join(map(str, old))} takes ACCESS EXCLUSIVE on its table: it waits for all who use "
                "it, and everyone else waits behind it",
                "DROP INDEX CONCURRENTLY, in a migration of its own with -- transactional: false at the top",
            )


RULE = Rule(
    id="require-concurrent-index-deletion",
    title="An index is dropped while nobody can use its table",
    severity=Severity.WARNING,
    why="DROP INDEX itself is instant, but it takes ACCESS EXCLUSIVE on the table: behind one long query on it, "
    "everyone waits. CONCURRENTLY waits for those queries without stopping anyone.",
    help="DROP INDEX CONCURRENTLY, in a migration of its own with -- transactional: false",
    page="sql-dropindex.html",
    check=_check,
    nodes=nodes("drop_stmt"),
    roles=FORWARD,
)
