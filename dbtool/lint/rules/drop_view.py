"""A view is dropped, and nothing of its name is made."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import FORWARD, Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import Name, listed_name, relation_name
from dbtool.parser import enum_word

_KINDS = ("OBJECT_VIEW", "OBJECT_MATVIEW")


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, node in source.each("drop_stmt"):
        if enum_word(node, "remove_type") not in _KINDS:
            continue
        names = [listed_name(item.list.items) for item in node.objects]
        gone = [n for n in names if not source.is_new(n, statement) and not any(n.same(m) for m in _made(source))]
        if gone:
            yield at(
                statement,
                f"drops {', '.join(map(str, gone))}: each running client that still reads it fails",
                "stop using it, release that, then drop it in a later migration",
            )


def _made(source: Source) -> Iterator[Name]:
    yield from (relation_name(node.view) for _, node in source.each("view_stmt"))
    yield from (relation_name(node.into.rel) for _, node in source.each("create_table_as_stmt"))
    yield from (relation_name(node.relation) for _, node in source.each("create_stmt"))


RULE = Rule(
    id="drop-view",
    title="A view is dropped, and running clients may read it",
    severity=Severity.WARNING,
    why="A view holds no rows of its own, so nothing is lost but what its readers rely on. A materialized view takes "
    "the time of its query to come back.",
    help="stop using it first",
    page="sql-dropview.html",
    check=_check,
    nodes=nodes("drop_stmt"),
    roles=FORWARD,
)
