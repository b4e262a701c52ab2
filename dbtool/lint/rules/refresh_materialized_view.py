"""REFRESH MATERIALIZED VIEW without CONCURRENTLY."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import relation_name


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, node in source.each("refresh_mat_view_stmt"):
        name = relation_name(node.relation)
        if node.concurrent or source.is_new(name, statement):
            continue
        yield at(
            statement,
            f"{name} is emptied, and cannot be read until it is filled again"
            if node.skip_data
            else f"nobody can read {name} until its query has run",
            f"REFRESH MATERIALIZED VIEW CONCURRENTLY {name}; which needs a unique index on plain columns",
        )


RULE = Rule(
    id="refresh-materialized-view",
    title="A materialized view is filled anew, while nobody can read it",
    severity=Severity.ERROR,
    why="REFRESH MATERIALIZED VIEW holds ACCESS EXCLUSIVE for as long as its query runs. CONCURRENTLY computes beside "
    "it and changes only the rows that differ; it needs a unique index without a condition.",
    help="REFRESH MATERIALIZED VIEW CONCURRENTLY",
    page="sql-refreshmaterializedview.html",
    check=_check,
    nodes=nodes("refresh_mat_view_stmt"),
)
