"""ATTACH PARTITION that has to read the table, or the default partition."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.known import Known
from dbtool.lint.rule import Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.table import Table
from dbtool.lint.tree import Name, relation_name


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for command in source.altered("AttachPartition"):
        part = relation_name(command.definition.name)
        known = (source.known, context.before(source.path))
        default = next(
            (d for k in (*known, context.wanted) if (d := _default(k, command.table, part)) is not None), None
        )
        if not source.is_new(part, command.parsed) and not any(_has_check(k.table(part)) for k in known):
            yield at(
                command,
                f"{part} has no validated CHECK that says what the partition holds: all of it is read under ACCESS "
                "EXCLUSIVE" + (f", and so is the default partition {default}" if default else ""),
                f"ALTER TABLE {part} ADD CONSTRAINT <name> CHECK (<the partition's bounds, and IS NOT NULL>) NOT "
                "VALID; and VALIDATE CONSTRAINT in a migration of its own; after ATTACH the constraint can be dropped",
            )
        elif default and not any(_has_check(k.table(default)) for k in known):
            yield at(
                command,
                f"the default partition {default} is read under ACCESS EXCLUSIVE, to see that it has no row of {part}",
                f"ALTER TABLE {default} ADD CONSTRAINT <name> CHECK (NOT (<the new partition's bounds>)) NOT VALID; "
                "and VALIDATE CONSTRAINT in a migration of its own; after ATTACH the constraint can be dropped",
            )


def _default(known: Known, table: Name, part: Name) -> Name | None:
    found = known.table(table)
    default = found.default_partition if found else None
    return None if default is None or default.same(part) else default


def _has_check(table: Table | None) -> bool:
    return table is not None and any(c.kind == "CHECK" and c.validated for c in table.constraints)


RULE = Rule(
    id="attach-partition-scan",
    title="ATTACH PARTITION reads a whole table under lock",
    severity=Severity.ERROR,
    why="ATTACH PARTITION reads the table to see that each row belongs there, and the default partition to see that "
    "none of its rows does, both under ACCESS EXCLUSIVE. A validated CHECK that says so spares each of the two.",
    help="add a CHECK with the bounds NOT VALID, validate it, then ATTACH",
    page="ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE",
    check=_check,
    nodes=nodes("alter_table_stmt"),
)
