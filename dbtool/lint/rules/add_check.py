"""A CHECK is added to a table that is there, and verified at once."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.commands import column_constraints
from dbtool.lint.context import Context
from dbtool.lint.rule import Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.schema.names import quoted


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for command in source.altered("AddConstraint"):
        constraint = command.definition
        # is_enforced: NOT ENFORCED (18) verifies nothing
        if command.constraint == "CHECK" and not constraint.skip_validation and constraint.is_enforced:
            name = quoted(constraint.conname) if constraint.conname else "<name>"
            yield at(
                command,
                f"CHECK reads all of {command.table} while nobody can use it",
                f"ALTER TABLE {command.table} ADD CONSTRAINT {name} CHECK (...) NOT VALID; and, in a migration of its "
                f"own, ALTER TABLE {command.table} VALIDATE CONSTRAINT {name};",
            )
    for command in source.altered("AddColumn"):
        for kind, constraint in column_constraints(command.definition):
            if kind == "CHECK" and constraint.is_enforced:
                yield at(
                    command,
                    f"a new column with a CHECK reads all of {command.table} while nobody can use it",
                    "add the column first, then the CHECK in a statement of its own: ADD CONSTRAINT <name> CHECK (...) "
                    "NOT VALID, and VALIDATE CONSTRAINT in a migration of its own",
                )


RULE = Rule(
    id="add-check",
    title="A CHECK is verified at once, while nobody can use the table",
    severity=Severity.ERROR,
    why="ADD CONSTRAINT ... CHECK holds ACCESS EXCLUSIVE while it reads every row. With NOT VALID it only holds for "
    "new rows, in an instant; VALIDATE CONSTRAINT reads the old ones under SHARE UPDATE EXCLUSIVE, for which nobody "
    "waits.",
    help="add it NOT VALID, and validate it in a migration of its own",
    page="sql-altertable.html",
    check=_check,
    nodes=nodes("alter_table_stmt"),
)
