"""A sequence is dropped, and how far it had counted is lost."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import FORWARD, Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import listed_name
from dbtool.parser import enum_word


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, node in source.each("drop_stmt"):
        if enum_word(node, "remove_type") != "OBJECT_SEQUENCE":
            continue
        names = [listed_name(item.list.items) for item in node.objects]
        old = [str(name) for name in names if not source.is_new(name, statement)]
        if old:
            yield at(
                statement,
                f"drops {', '.join(old)}: how far it had counted is lost, and a default or client that takes numbers "
                "from it fails",
                "stop using it, release that, then drop it in a later migration",
            )


RULE = Rule(
    id="drop-sequence",
    title="A sequence is dropped",
    severity=Severity.ERROR,
    why="A sequence made anew starts at 1 again and gives out numbers that rows already have. Clients that call "
    "nextval() fail.",
    help="stop using it first",
    page="sql-dropsequence.html",
    check=_check,
    nodes=nodes("drop_stmt"),
    roles=FORWARD,
)
