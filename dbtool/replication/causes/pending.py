"""Migrations that wait to be applied and would break a subscriber: logical replication sends no DDL. Pure.

https://www.postgresql.org/docs/current/logical-replication-restrictions.html
"""

from collections.abc import Iterator, Sequence

from dbtool.finding import Severity
from dbtool.lint.source import Source
from dbtool.lint.tree import Name, listed_name, relation_name
from dbtool.parser import enum_word
from dbtool.replication.cause import Cause
from dbtool.replication.published import Publishing

# What goes first: a subscriber may have more than the publisher, and never less.
_FIRST = {
    "AddColumn": ("adds a column to", "apply it to the subscriber first, then here"),
    "AlterColumnType": ("changes a column's type in", "apply it to the subscriber first, where its type takes both"),
    "SetNotNull": ("forbids NULL in", "apply it here first, then to the subscriber"),
    "DropColumn": ("drops a column of", "apply it here first, then to the subscriber"),
}


def pending_causes(pending: Sequence[tuple[str, Source]], publishing: Publishing) -> Iterator[Cause]:
    """Yield the changes of published tables in migrations that are not applied yet."""
    tables = {Name(table.schema, table.table): table.publication for table in publishing.tables}
    for migration, source in pending:
        for table, what, order in _changes(source):
            published = next((name for name in tables if name.same(table)), None)
            if published is not None:
                yield _cause(migration, published, tables[published], what, order)


def _changes(source: Source) -> Iterator[tuple[Name, str, str]]:
    for command in source.altered(*_FIRST):
        what, order = _FIRST[command.kind]
        yield command.table, what, order
    for _, node in source.each("rename_stmt"):
        if enum_word(node, "rename_type") in ("OBJECT_TABLE", "OBJECT_COLUMN"):
            table = relation_name(node.relation)
            yield table, "renames", "stop the subscription, apply it on both sides, and enable it again"
    for _, node in source.each("drop_stmt"):
        if enum_word(node, "remove_type") == "OBJECT_TABLE":
            for item in node.objects:
                yield listed_name(item.list.items), "drops", "apply it here first, then to the subscriber"


def _cause(migration: str, table: Name, publication: str, what: str, order: str) -> Cause:
    return Cause(
        code="pending-change-breaks-subscribers",
        severity=Severity.WARNING,
        subject=str(table),
        message=f"migration {migration} {what} {table}, which publication {publication} sends: subscribers do not "
        "get the change, and stop where a row does not fit",
        evidence=("it is pending here; logical replication sends rows, never DDL",),
        remedy=(order,),
        consequence="otherwise the subscriber's apply worker fails until its table fits, and the slot keeps the log",
    )
