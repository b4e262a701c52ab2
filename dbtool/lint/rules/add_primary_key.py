"""A primary key is added to a table that is there: its index is built, and NOT NULL verified, under lock."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.commands import Command, column_constraints
from dbtool.lint.context import Context, table_of
from dbtool.lint.rule import Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import column_list, strings_of
from dbtool.schema.names import quoted


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for command in source.altered("AddConstraint", "AddColumn"):
        constraint = command.definition
        if command.kind == "AddColumn":
            if any(kind == "PRIMARY" for kind, _ in column_constraints(constraint)):
                yield _builds(command, quoted(constraint.colname), "<table>_pkey")
        elif command.constraint == "PRIMARY" and not constraint.indexname:
            yield _builds(command, column_list(strings_of(constraint.keys)), constraint.conname or "<table>_pkey")
        elif command.constraint == "PRIMARY":
            yield from _nullable(source, context, command)


def _builds(command: Command, columns: str, name: str) -> Seen:
    return at(
        command,
        f"PRIMARY KEY builds its index over all of {command.table}, while nobody can use it",
        f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON {command.table} ({columns}); in a migration of its own (-- "
        f"transactional: false), SET NOT NULL through a validated CHECK, then ALTER TABLE {command.table} ADD "
        f"CONSTRAINT {name} PRIMARY KEY USING INDEX {name};",
    )


def _nullable(source: Source, context: Context, command: Command) -> Iterator[Seen]:
    """USING INDEX is instant only where the columns are NOT NULL: else they are set so, which reads the table."""
    index_name = command.definition.indexname
    tables = (context.before(source.path).table(command.table), source.known.table(command.table))
    index = next((i for t in tables if t for i in t.indexes if i.name == index_name), None)
    table = table_of(source, context, command.table)
    set_here = {c.name for c in source.commands if c.kind == "SetNotNull" and c.table.same(command.table)}
    columns = index.columns if index else ()
    known = table.columns if table else {}
    may_be_null = [c for c in columns if c not in set_here and not (c in known and known[c].not_null)]
    if may_be_null or (not columns and not set_here):
        names = column_list(may_be_null) or f"the columns of {quoted(index_name)}"
        yield at(
            command,
            f"where {names} can be null, PRIMARY KEY USING INDEX sets NOT NULL, and reads all of {command.table} for "
            "that while nobody can use it",
            "set NOT NULL first, through a validated CHECK",
            Severity.WARNING,
        )


RULE = Rule(
    id="add-primary-key",
    title="A primary key is built while nobody can use the table",
    severity=Severity.ERROR,
    why="ADD PRIMARY KEY holds ACCESS EXCLUSIVE while it builds the index over all rows and sees that no column is "
    "null. An index that was built CONCURRENTLY before, on columns that are NOT NULL, becomes the primary key in an "
    "instant.",
    help="build the unique index CONCURRENTLY, set NOT NULL through a validated CHECK, then add the key USING INDEX",
    page="sql-altertable.html",
    check=_check,
    nodes=nodes("alter_table_stmt"),
)
