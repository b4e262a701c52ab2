"""A column's type changes, and a constraint, an index, a view, a policy or a trigger is built on it."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.commands import Command
from dbtool.lint.context import Context
from dbtool.lint.known import Known
from dbtool.lint.rule import Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.table import Table
from dbtool.lint.tree import columns_in, relations_in, strings_of
from dbtool.schema.names import quoted


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for command in source.altered("AlterColumnType"):
        known = (context.before(source.path), context.wanted, source.known)
        blocking = list(dict.fromkeys(b for k in known for b in _refusing(k, command)))
        checked = list(
            dict.fromkeys(b for k in known if (t := k.table(command.table)) for b in _redone(t, command.name))
        )
        name = f"{quoted(command.name)} of {command.table}"
        if blocking:
            yield at(
                command,
                f"the type of {name} cannot change while it is used by {', '.join(blocking)}: the statement fails",
                "drop what uses it, change the type, make it anew, in one transaction",
            )
        elif checked:
            yield at(
                command,
                f"the type of {name} changes, and it is used by {', '.join(checked)}: that is checked or built anew "
                "for all rows, while nobody can use the table, also where the type itself is a free change",
                "drop the constraint or index first, change the type, add it again NOT VALID (or CONCURRENTLY) and "
                "validate",
                Severity.WARNING,
            )


def _refusing(known: Known, command: Command) -> Iterator[str]:
    for name, query in known.views_with(command.table):
        if any(command.table.same(r) for r in relations_in(query)) and command.name in columns_in(query):
            yield f"view {name}"
    for name, table, node in known.policies_with(command.name):
        if command.table.same(table) and command.name in columns_in(node.qual) | columns_in(node.with_check):
            yield f"policy {quoted(name)}"
    for node in known.triggers_on(command.table):
        if command.name in columns_in(node.when_clause) or command.name in strings_of(node.columns):
            yield f"trigger {quoted(node.trigname)}"
    if table := known.table(command.table):
        for column in table.columns.values():
            if column.generated is not None and command.name in columns_in(column.generated):
                yield f"generated column {quoted(column.name)}"


def _redone(table: Table, column: str) -> Iterator[str]:
    for constraint in table.constraints:
        if constraint.kind == "CHECK" and constraint.validated and column in columns_in(constraint.expression):
            yield f"CHECK {quoted(constraint.name)}".rstrip(' "')
        elif constraint.kind in ("FOREIGN", "EXCLUSION") and column in constraint.columns:
            yield f"{constraint.kind.lower()} key {quoted(constraint.name)}".rstrip(' "')
    for index in table.indexes:
        used = columns_in(index.node.where_clause) if index.partial else frozenset[str]()
        expressions = (p.index_elem.expr for p in index.node.index_params if p.index_elem.HasField("expr"))
        if column in used.union(*(columns_in(e) for e in expressions)):
            yield f"index {quoted(index.name)}"


RULE = Rule(
    id="change-used-column",
    title="A column changes its type while something is built on it",
    severity=Severity.ERROR,
    why="PostgreSQL refuses to change the type of a column that a view, a rule, a generated column, a policy or a "
    "trigger's condition uses. A CHECK on it is verified anew for all rows under ACCESS EXCLUSIVE, and an index with "
    "an expression or a condition is built anew, even where the change itself writes nothing, as from varchar(20) to "
    "varchar(40).",
    help="drop what uses it, change the type, make it anew",
    page="sql-altertable.html",
    check=_check,
    nodes=nodes("alter_table_stmt"),
)
