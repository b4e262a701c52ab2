"""A foreign key is added to a table that is there, and verified at once."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.commands import column_constraints
from dbtool.lint.context import Context, is_partitioned
from dbtool.lint.rule import Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import is_null, relation_name
from dbtool.schema.names import quoted


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for command in source.altered("AddConstraint"):
        constraint = command.definition
        if command.constraint != "FOREIGN" or constraint.skip_validation or not constraint.is_enforced:
            continue
        name = quoted(constraint.conname) if constraint.conname else "<name>"
        there = relation_name(constraint.pktable)
        partitioned = context.version < 18 and is_partitioned(source, context, command.table)
        yield at(
            command,
            f"the foreign key reads all of {command.table}, while nobody can write to it or to {there}",
            "a partitioned table takes NOT VALID foreign keys only from 18 on: add it to each partition NOT VALID, "
            "validate those, then add it to the table, which finds them"
            if partitioned
            else f"ALTER TABLE {command.table} ADD CONSTRAINT {name} FOREIGN KEY (...) REFERENCES {there} (...) NOT "
            f"VALID; and, in a migration of its own, ALTER TABLE {command.table} VALIDATE CONSTRAINT {name};",
        )
    for command in source.altered("AddColumn"):
        constraints = dict(column_constraints(command.definition))
        if "FOREIGN" in constraints and constraints["FOREIGN"].is_enforced:
            there = relation_name(constraints["FOREIGN"].pktable)
            default = constraints.get("DEFAULT")
            reads = default is not None and not is_null(default.raw_expr)
            yield at(
                command,
                f"the foreign key of a new column reads all of {command.table}, while nobody can use it, or write to "
                f"{there}"
                if reads
                else f"a foreign key in ADD COLUMN holds {command.table}, which nobody can use, until it also has "
                f"{there}, to which nobody can write",
                "add the column first, then the foreign key in a statement of its own: ADD CONSTRAINT <name> FOREIGN "
                f"KEY ({quoted(command.definition.colname)}) REFERENCES {there} (...) NOT VALID; then VALIDATE "
                "CONSTRAINT",
                None if reads else Severity.WARNING,
            )


RULE = Rule(
    id="add-foreign-key",
    title="A foreign key is verified at once, while nobody can write to either table",
    severity=Severity.ERROR,
    why="ADD FOREIGN KEY holds SHARE ROW EXCLUSIVE on both tables while it looks up every row. With NOT VALID it only "
    "holds for new rows, in an instant; VALIDATE CONSTRAINT reads the old ones while everyone goes on writing.",
    help="add it NOT VALID, and validate it in a migration of its own",
    page="sql-altertable.html",
    check=_check,
    nodes=nodes("alter_table_stmt"),
)
