"""A foreign key whose referencing side has no index."""

from collections.abc import Iterator
from typing import Any

from dbtool.finding import Severity
from dbtool.lint.commands import column_constraints, constraint_kind
from dbtool.lint.context import Context, known_of
from dbtool.lint.known import Known
from dbtool.lint.rule import CODE, Rule, Seen, nodes
from dbtool.lint.source import Parsed, Source
from dbtool.lint.tree import Name, column_list, relation_name, strings_of


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, table, columns, start in _foreign_keys(source):
        if any(_has_index(known, table, columns) for known in known_of(source, context)):
            continue
        index = f"CREATE INDEX ON {table} ({column_list(columns)});"
        if not source.is_new(table, statement) and statement.name != "create_stmt":
            index = (
                index.replace("INDEX", "INDEX CONCURRENTLY") + " in a migration of its own (-- transactional: false)"
            )
        yield Seen(
            start,
            statement.end,
            f"no index of {table} starts with {column_list(columns)}: each DELETE, and each UPDATE of the key, of a "
            f"referenced row reads all of {table}",
            index,
        )


def _foreign_keys(source: Source) -> Iterator[tuple[Parsed, Name, tuple[str, ...], int]]:
    for statement, node in source.each("create_stmt"):
        table = relation_name(node.relation)
        if node.relation.relpersistence == "t":
            continue
        for element in node.table_elts:
            if element.WhichOneof("node") == "column_def":
                yield from _of_column(statement, table, element.column_def)
            elif element.WhichOneof("node") == "constraint" and constraint_kind(element.constraint) == "FOREIGN":
                location = element.constraint.location
                yield statement, table, strings_of(element.constraint.fk_attrs), statement.at(location)
    for command in source.altered("AddConstraint", "AddColumn", new=True):
        if command.kind == "AddColumn":
            yield from _of_column(command.parsed, command.table, command.definition)
        elif command.constraint == "FOREIGN":
            yield command.parsed, command.table, strings_of(command.definition.fk_attrs), command.start


def _of_column(statement: Parsed, table: Name, column: Any) -> Iterator[tuple[Parsed, Name, tuple[str, ...], int]]:
    if any(kind == "FOREIGN" for kind, _ in column_constraints(column)):
        yield statement, table, (column.colname,), statement.at(column.location)


def _has_index(known: Known, name: Name, columns: tuple[str, ...]) -> bool:
    found = known.table(name)
    if found is None:
        return False
    leading = [i.columns for i in found.indexes if not i.partial]
    leading += [c.columns for c in found.constraints if c.kind in ("PRIMARY", "UNIQUE")]
    # The order among the key's own columns does not matter; one that starts with some of them helps enough.
    return any(i and set(i[: len(columns)]) <= set(columns) for i in leading)


RULE = Rule(
    id="foreign-key-without-index",
    title="A foreign key without an index on the referencing side",
    severity=Severity.WARNING,
    why="PostgreSQL makes an index for the key that is referenced, not for the columns that reference it. Without one, "
    "each DELETE and key UPDATE of a referenced row reads the whole referencing table to look for rows, holding locks "
    "meanwhile.",
    help="CREATE INDEX on the referencing columns",
    page="ddl-constraints.html#DDL-CONSTRAINTS-FK",
    check=_check,
    nodes=nodes("create_stmt", "alter_table_stmt"),
    roles=CODE,
)
