"""UPDATE or DELETE of a whole table."""

from collections.abc import Iterator
from typing import Any

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import FORWARD, Rule, Seen, at, nodes
from dbtool.lint.source import Parsed, Source
from dbtool.lint.tree import is_true, relation_name, walk


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement in (s for name in ("update_stmt", "delete_stmt") for s in source.by_name.get(name, ())):
        yield from _judged(source, statement, statement.node)
    # WITH gone AS (DELETE FROM t RETURNING *) ...
    for name in ("select_stmt", "insert_stmt"):
        for statement in source.by_name.get(name, ()):
            if b"with" in statement.sql[:2000].lower():
                for kind, inner in walk(statement.node):
                    if kind in ("UpdateStmt", "DeleteStmt"):
                        yield from _judged(source, statement, inner)


def _judged(source: Source, statement: Parsed, node: Any) -> Iterator[Seen]:
    table = relation_name(node.relation)
    if source.is_new(table, statement):
        return
    where = node.where_clause if node.HasField("where_clause") else None
    deletes = node.DESCRIPTOR.name == "DeleteStmt"
    others = node.using_clause if deletes else node.from_clause
    if where is not None and not is_true(where):
        return
    if where is None and others:
        return
    verb = "DELETE removes" if deletes else "UPDATE writes"
    yield at(
        statement,
        f"{verb} every row of {table} in one transaction: each row stays locked until it ends, the table grows by the "
        "old versions, and replicas fall behind",
        f"in batches, each in a transaction of its own: {'DELETE FROM' if deletes else 'UPDATE'} {table} ... WHERE id "
        f"IN (SELECT id FROM {table} WHERE <not done yet> ORDER BY id LIMIT 5000); until no row is left",
    )


RULE = Rule(
    id="whole-table-change",
    title="Every row of a table is changed in one transaction",
    severity=Severity.ERROR,
    why="Each changed row stays locked until the transaction ends, so writers of it wait; its old version stays until "
    "vacuum may take it; all of it is sent to replicas, and triggers fire for each. A forgotten WHERE looks the same.",
    help="change the rows in batches, each in a transaction of its own",
    page="sql-update.html",
    check=_check,
    nodes=nodes("update_stmt", "delete_stmt", "select_stmt", "insert_stmt"),
    roles=FORWARD,
)
