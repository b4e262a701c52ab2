"""A constraint is added NOT VALID and validated in one transaction, which keeps the lock for the scan."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.schema.names import quoted


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for group in source.transactions:
        commands = [c for c in source.altered("AddConstraint", "ValidateConstraint") if c.parsed in group]
        added = {
            (c.table.name, c.definition.conname): c
            for c in commands
            if c.kind == "AddConstraint" and c.definition.skip_validation
        }
        for command in commands:
            first = added.get((command.table.name, command.name))
            if command.kind == "ValidateConstraint" and first is not None:
                held = "write to" if first.constraint == "FOREIGN" else "use"
                yield at(
                    command,
                    f"{quoted(command.name)} was added in the same transaction, whose lock is held until it ends: "
                    f"nobody can {held} {command.table} while all of it is read, as without NOT VALID",
                    "put VALIDATE CONSTRAINT into a migration of its own",
                )


RULE = Rule(
    id="validate-in-same-transaction",
    title="A constraint is added NOT VALID and validated in one transaction",
    severity=Severity.ERROR,
    why="Locks are held until the transaction ends. VALIDATE CONSTRAINT by itself stops nobody, but behind the ADD "
    "CONSTRAINT of the same transaction it reads the table under the lock that the ADD took.",
    help="put VALIDATE CONSTRAINT into a migration of its own",
    page="sql-altertable.html",
    check=_check,
    nodes=nodes("alter_table_stmt"),
)
