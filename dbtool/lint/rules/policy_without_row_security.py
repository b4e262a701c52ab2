"""A policy on a table whose row-level security is not enabled."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context, known_of
from dbtool.lint.rule import CODE, Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import relation_name
from dbtool.schema.names import quoted


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, node in source.each("create_policy_stmt"):
        name = relation_name(node.table)
        known = tuple(known_of(source, context))
        tables = [t for k in known if (t := k.table(name)) is not None and not t.of_others]
        if tables and not any(t.row_security for k in known if (t := k.table(name)) is not None):
            yield at(
                statement,
                f"no file enables row security on {name}: policy {quoted(node.policy_name)} holds nobody back",
                f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;",
            )


RULE = Rule(
    id="policy-without-row-security",
    title="A policy that does nothing: row security is not enabled",
    severity=Severity.ERROR,
    why="CREATE POLICY works on any table, and is ignored until ENABLE ROW LEVEL SECURITY.",
    help="ALTER TABLE ... ENABLE ROW LEVEL SECURITY",
    page="ddl-rowsecurity.html",
    check=_check,
    nodes=nodes("create_policy_stmt"),
    roles=CODE,
)
