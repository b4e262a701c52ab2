"""UNIQUE is added to a table that is there, and its index is built while nobody can use the table."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.commands import column_constraints
from dbtool.lint.context import Context
from dbtool.lint.rule import Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import column_list, strings_of
from dbtool.schema.names import quoted


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for command in source.altered("AddConstraint", "AddColumn"):
        constraint = command.definition
        if command.kind == "AddColumn":
            if all(kind != "UNIQUE" for kind, _ in column_constraints(constraint)):
                continue
            name, columns = f"{constraint.colname}_key", quoted(constraint.colname)
        else:
            if command.constraint != "UNIQUE" or constraint.indexname:
                continue
            name, columns = constraint.conname or "<name>", column_list(strings_of(constraint.keys))
        yield at(
            command,
            f"UNIQUE builds its index over all of {command.table}, while nobody can use it",
            f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON {command.table} ({columns}); in a migration of its own (-- "
            f"transactional: false), then ALTER TABLE {command.table} ADD CONSTRAINT {name} UNIQUE USING INDEX {name};",
        )


RULE = Rule(
    id="add-unique",
    title="UNIQUE builds its index while nobody can use the table",
    severity=Severity.ERROR,
    why="ADD UNIQUE holds ACCESS EXCLUSIVE while it builds the index over all rows. An index that was built "
    "CONCURRENTLY before becomes the constraint in an instant, with USING INDEX.",
    help="build the unique index CONCURRENTLY, then add the constraint USING INDEX",
    page="sql-altertable.html",
    check=_check,
    nodes=nodes("alter_table_stmt"),
)
