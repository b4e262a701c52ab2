"""CREATE RULE on a table."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import CODE, Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import relation_name


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, node in source.each("rule_stmt"):
        table = relation_name(node.relation)
        yield at(
            statement,
            f"a rule rewrites each statement on {table}: what it changes is computed twice where it calls a volatile "
            "function, and COPY does not see it",
            "a trigger does the same row by row; for a view, INSTEAD OF triggers",
        )


RULE = Rule(
    id="create-rule",
    title="A rule, where a trigger is meant",
    severity=Severity.WARNING,
    why="Rules rewrite the query, not the row: arguments are evaluated once for each place in which they end up, "
    "INSERT ... RETURNING and ON CONFLICT meet limits, COPY passes by. CREATE RULE takes ACCESS EXCLUSIVE.",
    help="use a trigger",
    page="rules-triggers.html",
    check=_check,
    nodes=nodes("rule_stmt"),
    roles=CODE,
)
