"""Bulk changes of rows and strong locks in one transaction."""

from collections.abc import Iterator
from typing import Any

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import FORWARD, Rule, Seen, at, nodes
from dbtool.lint.source import Parsed, Source
from dbtool.lint.tree import Name, constant_of, relation_name, strings_of
from dbtool.lock_modes import Lock
from dbtool.parser import node_name


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for group in source.transactions:
        locked = [
            (statement, name)
            for statement in group
            if statement.name not in _DATA
            for name, lock in statement.locks
            if lock >= Lock.SHARE_ROW_EXCLUSIVE and not source.is_new(name, statement)
        ]
        if not locked:
            continue
        for statement in group:
            table = _bulk(source, statement)
            if table is None:
                continue
            earlier = [name for other, name in locked if source.order[other] < source.order[statement]]
            if earlier:
                shown = ", ".join(dict.fromkeys(map(str, earlier)))
                message = (
                    f"this changes rows of {table} in bulk while the transaction holds {shown}: nobody can use that "
                    "meanwhile"
                )
            else:
                shown = ", ".join(dict.fromkeys(str(name) for _, name in locked))
                message = (
                    f"this changes rows of {table} in bulk, and the same transaction locks {shown} behind it: a "
                    "failure there undoes all of it, and rows stay locked until then"
                )
            yield at(
                statement,
                message,
                "put the change of rows into a migration of its own, in batches: DDL and data do not share a "
                "transaction",
            )


_DATA = ("insert_stmt", "update_stmt", "delete_stmt", "merge_stmt", "do_stmt")


def _bulk(source: Source, statement: Parsed) -> Name | None:
    """Return the table of which many rows may change; None where it is one row, or a table of the file's own."""
    if statement.name not in _DATA or statement.name == "do_stmt":
        return None
    node = statement.node
    name = relation_name(node.relation)
    if statement.name == "insert_stmt":
        select = node.select_stmt.select_stmt
        if select.values_lists or not select.from_clause:
            return None
        return name
    if source.is_new(name, statement):
        return None
    return None if statement.name != "merge_stmt" and _is_by_key(node) else name


def _is_by_key(node: Any) -> bool:
    """Return whether WHERE compares columns with constants by = or IN, as one does for a few known rows."""
    where = node.where_clause
    if node_name(where) != "a_expr" or strings_of(where.a_expr.name) != ("=",):
        return False
    right = where.a_expr.rexpr
    if node_name(right) == "list":
        return all(constant_of(item) is not None for item in right.list.items)
    return constant_of(right) is not None


RULE = Rule(
    id="mixed-ddl-data",
    title="DDL and a bulk change of rows share a transaction",
    severity=Severity.ERROR,
    why="DDL is instant, a backfill is not. In one transaction the lock of the first is held for as long as the second "
    "takes, and every query on the table waits. Rows that were changed stay locked as well, and a failure undoes it "
    "all.",
    help="put the change of rows into a migration of its own, in batches",
    page="explicit-locking.html",
    check=_check,
    nodes=nodes("insert_stmt", "update_stmt", "delete_stmt", "merge_stmt"),
    roles=FORWARD,
)
