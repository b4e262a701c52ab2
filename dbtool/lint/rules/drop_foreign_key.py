"""A foreign key is dropped: both tables are locked."""

import re
from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import Name
from dbtool.schema.names import quoted

_looks_so = re.compile(r"(?:^|_)(?:fk|fkey|foreign)(?:_|\d*$)", re.IGNORECASE)


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for command in source.altered("DropConstraint"):
        there = _referenced(source, context, command.table, command.name)
        if there is not None and not source.is_new(there, command.parsed):
            shown = str(there) if there.name else "the table that it references"
            yield at(
                command,
                f"dropping the foreign key {quoted(command.name)} takes ACCESS EXCLUSIVE on {command.table} and on "
                f"{shown}: neither can be read until the transaction ends",
                "do it in a migration of its own, so that both are locked for an instant",
            )


def _referenced(source: Source, context: Context, table: Name, name: str) -> Name | None:
    """Return the table that the constraint references, one without a name where only its name tells; None: no such."""
    for known in (context.before(source.path), source.known):
        found = known.table(table)
        constraint = next((c for c in found.constraints if c.name == name), None) if found else None
        if constraint is not None:
            return constraint.references
    return Name("", "") if _looks_so.search(name) else None


RULE = Rule(
    id="drop-foreign-key",
    title="Dropping a foreign key locks the referenced table as well",
    severity=Severity.WARNING,
    why="The triggers that keep a foreign key stand on both tables, so dropping it takes ACCESS EXCLUSIVE on both. The "
    "lock is short, but a long transaction on either table makes everyone else wait behind it on both.",
    help="do it in a migration of its own",
    page="sql-altertable.html",
    check=_check,
    nodes=nodes("alter_table_stmt"),
)
