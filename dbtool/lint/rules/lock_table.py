"""LOCK TABLE by hand."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import relation_name

_STOPS = {5: "nobody can write to", 6: "nobody can write to", 7: "nobody can write to", 8: "nobody can use"}


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, node in source.each("lock_stmt"):
        names = [relation_name(item.range_var) for item in node.relations]
        old = [str(name) for name in names if not source.is_new(name, statement)]
        if old and node.mode in _STOPS:
            yield at(
                statement,
                f"until the transaction ends, {_STOPS[node.mode]} {', '.join(old)}",
                "let each statement take its own lock; where rows must not change meanwhile, keep the transaction to "
                "that",
            )


RULE = Rule(
    id="lock-table",
    title="A table is locked by hand",
    severity=Severity.WARNING,
    why="LOCK TABLE holds its lock until the transaction ends, whatever comes between, and ACCESS EXCLUSIVE is what it "
    "takes when no mode is named.",
    help="let each statement take its own lock",
    page="explicit-locking.html",
    check=_check,
    nodes=nodes("lock_stmt"),
)
